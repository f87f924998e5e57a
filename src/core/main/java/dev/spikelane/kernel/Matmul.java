package dev.spikelane.kernel;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.Lazy;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Products of spikes or values with weights, and of float matrices with each other, usable alone like a BLAS:
 *
 * <pre>{@code
 * Matmul matmul = new Matmul();
 * Weights weights = Weights.of(FloatMatrix.zeros(1000, 784), FloatMatrix.zeros(1, 1000));
 * SpikeMatrix spikes = SpikeMatrix.zeros(200, 784);
 * FloatMatrix currents = FloatMatrix.zeros(200, 1000);
 * matmul.multiply(spikes, weights, currents);
 * }</pre>
 *
 * <p>All sums are float32 and have one order, so results never depend on the density, the rows or blocks in a call, the
 * vector width or the number of threads:
 *
 * <ul>
 *   <li>spikes: the sum starts at the bias; the weights of the inputs that fire among four consecutive ones (0-3, 4-7,
 *       ...) are summed in ascending order; these groups are added in ascending order;
 *   <li>values and float matrices: the sum starts at the bias, at zero or at the value of the result, and adds the
 *       products in ascending order, each by one fused multiply-add.
 * </ul>
 *
 * <p>An object owns scratch memory, which is allocated at its first use and serves products of all sizes. One thread
 * uses it at a time. Threads that share a product need one object each, and take disjoint blocks of 64 outputs.
 *
 * <p>All methods throw {@link IllegalArgumentException} if a shape or a range does not fit, or a result shares memory
 * with an argument; also if the arena allocates scratch memory on the heap or of a mapped file. They throw
 * {@link IllegalStateException} if an arena is closed, and {@link WrongThreadException} if an arena is confined to
 * another thread.
 */
public final class Matmul {

    private @Nullable Tile tile;
    private final Lazy<ProductScratch> spikeScratch;
    private final Lazy<FloatMatrix> denseScratch;

    /** Creates an object whose scratch memory is freed by the garbage collector. */
    public Matmul() {
        this(NativeMemory.ofAuto());
    }

    /**
     * Creates an object.
     *
     * @param arena the arena that owns its scratch memory
     */
    public Matmul(Arena arena) {
        Objects.requireNonNull(arena, "arena");
        this.denseScratch = new Lazy<>(() -> DenseMatmul.workspace(arena));
        this.spikeScratch = new Lazy<>(() -> new ProductScratch(arena));
    }

    /**
     * Multiplies spikes by weights: {@code current = bias + spikes * weights^T}.
     *
     * @param spikes {@code [rows x inputs]}
     * @param weights {@code inputs -> outputs}
     * @param current {@code [rows x outputs]}, overwritten
     */
    public void multiply(SpikeMatrix spikes, Weights weights, FloatMatrix current) {
        current.requireShape("current", spikes.rows(), weights.outputs());
        SpikeMatmul.multiply(spikes, spikes.rows(), weights.packed(), tile(current), spikeScratch.get());
    }

    /**
     * Multiplies spikes by the weights of some blocks of 64 outputs.
     *
     * @param spikes {@code [rows x inputs]}
     * @param weights {@code inputs -> outputs}
     * @param current {@code [rows x outputs]}, overwritten only in these blocks
     * @param firstBlock the first block
     * @param endBlock the block after the last
     */
    public void multiply(SpikeMatrix spikes, Weights weights, FloatMatrix current, int firstBlock, int endBlock) {
        current.requireShape("current", spikes.rows(), weights.outputs());
        Tile blocks = tile(current).at(firstBlock, endBlock);
        SpikeMatmul.multiply(spikes, spikes.rows(), weights.packed(), blocks, spikeScratch.get());
    }

    /**
     * Multiplies values by weights: {@code current = bias + values * weights^T}.
     *
     * @param values {@code [rows x inputs]}
     * @param weights {@code inputs -> outputs}
     * @param current {@code [rows x outputs]}, overwritten
     */
    public void multiply(FloatMatrix values, Weights weights, FloatMatrix current) {
        current.requireShape("current", values.rows(), weights.outputs());
        DenseMatmul.multiply(values, values.rows(), weights.packed(), tile(current));
    }

    /**
     * Multiplies values by the weights of some blocks of 64 outputs.
     *
     * @param values {@code [rows x inputs]}
     * @param weights {@code inputs -> outputs}
     * @param current {@code [rows x outputs]}, overwritten only in these blocks
     * @param firstBlock the first block
     * @param endBlock the block after the last
     */
    public void multiply(FloatMatrix values, Weights weights, FloatMatrix current, int firstBlock, int endBlock) {
        current.requireShape("current", values.rows(), weights.outputs());
        DenseMatmul.multiply(
                values, values.rows(), weights.packed(), tile(current).at(firstBlock, endBlock));
    }

    /**
     * Multiplies float matrices: {@code c = op(a) * op(b)}, where {@code op} transposes or returns its argument.
     *
     * @param a {@code [m x k]}; {@code [k x m]} if transposed
     * @param b {@code [k x n]}; {@code [n x k]} if transposed; may be the same as {@code a}
     * @param transpose the transposed factors
     * @param c {@code [m x n]}, overwritten
     */
    public void multiply(FloatMatrix a, FloatMatrix b, Transpose transpose, FloatMatrix c) {
        DenseMatmul.multiply(a, transpose.first(), b, transpose.second(), c, denseScratch.get());
    }

    /**
     * Adds a product of float matrices: {@code c += op(a) * op(b)}, with {@code op} as in
     * {@link #multiply(FloatMatrix, FloatMatrix, Transpose, FloatMatrix)}.
     *
     * @param a {@code [m x k]}; {@code [k x m]} if transposed
     * @param b {@code [k x n]}; {@code [n x k]} if transposed; may be the same as {@code a}
     * @param transpose the transposed factors
     * @param c {@code [m x n]}, updated
     */
    public void add(FloatMatrix a, FloatMatrix b, Transpose transpose, FloatMatrix c) {
        DenseMatmul.add(a, transpose.first(), b, transpose.second(), c, denseScratch.get());
    }

    private Tile tile(FloatMatrix current) {
        Tile made = tile;
        if (made == null) {
            made = Tile.whole(current);
            tile = made;
        }
        return made.on(current);
    }

    /** The transposed factors of a product {@code a * b}. */
    public enum Transpose {
        /** {@code a * b}. */
        NEITHER,
        /** {@code a^T * b}. */
        FIRST,
        /** {@code a * b^T}. */
        SECOND,
        /** {@code a^T * b^T}. */
        BOTH;

        /** {@return true for {@link #FIRST} and {@link #BOTH}} */
        public boolean first() {
            return this == FIRST || this == BOTH;
        }

        /** {@return true for {@link #SECOND} and {@link #BOTH}} */
        public boolean second() {
            return this == SECOND || this == BOTH;
        }
    }

    /**
     * Weights and bias of a dense connection, in the layout that {@link Matmul} reads. Methods copy them in and out in
     * torch's layout, weights {@code [outputs x inputs]} and bias {@code [1 x outputs]}. They throw an
     * {@link IllegalArgumentException} if shapes do not fit, a value is NaN or infinite, or a copy would be too large.
     * Several threads may multiply by them if their arena is shared.
     */
    public static final class Weights {

        private final PackedWeights packed;

        private Weights(PackedWeights packed) {
            this.packed = packed;
        }

        /**
         * Copies weights; the copy is freed by the garbage collector.
         *
         * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}
         * @param bias {@code [1 x outputs]}
         * @return the weights
         * @throws IllegalArgumentException if the shapes do not fit, a value is NaN or infinite, or the copy would be
         *     too large
         */
        public static Weights of(FloatMatrix weights, FloatMatrix bias) {
            return of(NativeMemory.ofAuto(), weights, bias);
        }

        /**
         * Copies weights, with a bias of 0; the copy is freed by the garbage collector.
         *
         * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}
         * @return the weights
         * @throws IllegalArgumentException if a value is NaN or infinite, or the copy would be too large
         */
        public static Weights of(FloatMatrix weights) {
            return of(weights, FloatMatrix.zeros(1, weights.rows()));
        }

        /**
         * Copies weights into an arena.
         *
         * @param arena the arena that owns the copy
         * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}
         * @param bias {@code [1 x outputs]}
         * @return the weights
         * @throws IllegalArgumentException if the shapes do not fit, a value is NaN or infinite, or the copy would be
         *     too large
         */
        public static Weights of(Arena arena, FloatMatrix weights, FloatMatrix bias) {
            if (bias.columns() == weights.columns() && bias.columns() != weights.rows()) {
                throw new IllegalArgumentException("weights are [" + weights.rows() + " x " + weights.columns()
                        + "] with a bias of " + bias.columns()
                        + " outputs, expected [outputs x inputs]; they are transposed, weights.transposed() "
                        + "is what is needed");
            }
            requireFinite(weights, bias);
            return new Weights(PackedWeights.pack(arena, weights, bias));
        }

        private static void requireFinite(FloatMatrix weights, FloatMatrix bias) {
            weights.requireFinite("weights");
            bias.requireFinite("bias");
        }

        /**
         * Replaces weights and bias. No product may run meanwhile.
         *
         * @param weights {@code [outputs x inputs]}; copied
         * @param bias {@code [1 x outputs]}; copied
         * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite; nothing is replaced
         *     then
         */
        public void set(FloatMatrix weights, FloatMatrix bias) {
            requireFinite(weights, bias);
            packed.set(weights, bias);
        }

        /**
         * Copies weights and bias out.
         *
         * @param weights {@code [outputs x inputs]}, overwritten
         * @param bias {@code [1 x outputs]}, overwritten
         * @throws IllegalArgumentException if a shape differs
         */
        public void read(FloatMatrix weights, FloatMatrix bias) {
            bias.requireShape("bias", 1, outputs());
            packed.read(weights);
            packed.readBias(bias);
        }

        /** {@return the number of inputs} */
        public int inputs() {
            return packed.inputs();
        }

        /** {@return the number of outputs} */
        public int outputs() {
            return packed.outputs();
        }

        /**
         * {@return the number of blocks of 64 outputs, by which threads share a product; the last one may be partly
         * used}
         */
        public int blocks() {
            return packed.blocks();
        }

        PackedWeights packed() {
            return packed;
        }

        @Override
        public String toString() {
            return "weights " + inputs() + " -> " + outputs();
        }
    }

    @Override
    public String toString() {
        return "Matmul with scratch memory for one thread";
    }
}

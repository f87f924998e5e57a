package dev.spikelane.kernel;

import dev.spikelane.kernel.base.Lazy;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.kernel.product.spike.SpikeWorkspace;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Products of spikes or values with weights, and of float matrices with each other, usable alone like a BLAS:
 *
 * <pre>{@code
 * Matmul matmul = new Matmul();
 * MatmulWeights weights = MatmulWeights.of(FloatMatrix.zeros(1000, 784), FloatMatrix.zeros(1, 1000));
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
 *   <li>values and float matrices: the sum starts at the bias, at zero or at what the result holds, and takes the
 *       products in ascending order, each by one fused multiply-add.
 * </ul>
 *
 * <p>An object owns scratch memory, which is allocated where it is first needed and serves products of all sizes from
 * then on, and is used by one thread at a time. Threads that share a product each have an object of their own and take
 * disjoint blocks of 64 outputs.
 *
 * <p>All methods throw {@link IllegalArgumentException} if a shape or a range does not fit, a result shares memory with
 * what is read, or the arena allocates scratch memory on the heap or of a mapped file,
 * {@link IllegalStateException} if an arena is closed, and {@link WrongThreadException} if an arena is confined to
 * another thread.
 */
public final class Matmul {

    private @Nullable Tile tile;
    private final Lazy<SpikeWorkspace> spikeScratch;
    private final Lazy<FloatMatrix> denseScratch;

    /** Makes an object whose scratch memory is freed when it is forgotten. */
    public Matmul() {
        this(NativeMemory.ofAuto());
    }

    /**
     * Makes an object.
     *
     * @param arena the arena that owns its scratch memory
     */
    public Matmul(Arena arena) {
        Objects.requireNonNull(arena, "arena");
        this.denseScratch = new Lazy<>(() -> DenseMatmul.workspace(arena));
        this.spikeScratch = new Lazy<>(() -> new SpikeWorkspace(arena));
    }

    /**
     * Multiplies spikes by weights: {@code current = bias + spikes * weights^T}.
     *
     * @param spikes {@code [rows x inputs]}
     * @param weights {@code inputs -> outputs}
     * @param current {@code [rows x outputs]}, overwritten
     */
    public void multiply(SpikeMatrix spikes, MatmulWeights weights, FloatMatrix current) {
        current.requireShape("current", spikes.rows(), weights.outputs());
        SpikeMatmul.multiply(spikes, spikes.rows(), weights.packed(), tile(current), spikeScratch.get());
    }

    /**
     * Multiplies spikes by the weights of some blocks of 64 outputs.
     *
     * @param spikes {@code [rows x inputs]}
     * @param weights {@code inputs -> outputs}
     * @param current {@code [rows x outputs]}, overwritten in these blocks and only there
     * @param firstBlock the first block of outputs
     * @param endBlock the block behind the last
     */
    public void multiply(SpikeMatrix spikes, MatmulWeights weights, FloatMatrix current, int firstBlock, int endBlock) {
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
    public void multiply(FloatMatrix values, MatmulWeights weights, FloatMatrix current) {
        current.requireShape("current", values.rows(), weights.outputs());
        DenseMatmul.multiply(values, values.rows(), weights.packed(), tile(current));
    }

    /**
     * Multiplies values by the weights of some blocks of 64 outputs.
     *
     * @param values {@code [rows x inputs]}
     * @param weights {@code inputs -> outputs}
     * @param current {@code [rows x outputs]}, overwritten in these blocks and only there
     * @param firstBlock the first block of outputs
     * @param endBlock the block behind the last
     */
    public void multiply(FloatMatrix values, MatmulWeights weights, FloatMatrix current, int firstBlock, int endBlock) {
        current.requireShape("current", values.rows(), weights.outputs());
        DenseMatmul.multiply(
                values, values.rows(), weights.packed(), tile(current).at(firstBlock, endBlock));
    }

    /**
     * Multiplies float matrices: {@code c = op(a) * op(b)}, where {@code op} transposes or not.
     *
     * @param a {@code [m x k]}; {@code [k x m]} if transposed
     * @param b {@code [k x n]}; {@code [n x k]} if transposed; may be the same as {@code a}
     * @param transpose which of them are transposed
     * @param c {@code [m x n]}, overwritten
     */
    public void multiply(FloatMatrix a, FloatMatrix b, Transpose transpose, FloatMatrix c) {
        DenseMatmul.multiply(a, transpose.first(), b, transpose.second(), c, denseScratch.get());
    }

    /**
     * Multiplies float matrices and adds the product: {@code c += op(a) * op(b)}, where {@code op} transposes or not.
     *
     * @param a {@code [m x k]}; {@code [k x m]} if transposed
     * @param b {@code [k x n]}; {@code [n x k]} if transposed; may be the same as {@code a}
     * @param transpose which of them are transposed
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
}

package dev.spikelane.kernel.product.spike;

import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.Filled;
import dev.spikelane.Matrices;
import dev.spikelane.choose.Chooser;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.Part;
import dev.spikelane.kernel.product.dense.DenseCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** A random spike matmul, its result by definition, and all variants. */
public final class Product {

    /** Shows unwritten elements. */
    static final float BEFORE = Part.BEFORE;

    private static final float[] SPECIAL = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0.0f};

    public enum Weights {
        /** Multiples of 1/64, whose sums are exact. */
        DYADIC,
        UNIFORM,
        SIGNED_ZEROS,
        /** Sums overflow to infinities and NaN. */
        HUGE,
        /** Some numbers are NaN or infinite, which training can produce. */
        NOT_FINITE;

        public float draw(Random random) {
            return switch (this) {
                case DYADIC -> (random.nextInt(257) - 128) / 64f;
                case UNIFORM -> random.nextFloat() - 0.5f;
                case SIGNED_ZEROS -> random.nextInt(4) == 0 ? 0.0f : -0.0f;
                case NOT_FINITE ->
                    random.nextInt(12) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextFloat() - 0.5f;
                case HUGE -> (random.nextBoolean() ? 1 : -1) * (random.nextFloat() + 0.5f) * 2e38f;
            };
        }

        public FloatMatrix matrix(Arena arena, int rows, int columns, Random random) {
            return Filled.fill(FloatMatrix.zeros(arena, rows, columns), (row, column) -> draw(random));
        }
    }

    @FunctionalInterface
    interface Multiply {
        void multiply(SpikeMatrix spikes, int rows, PackedWeights weights, Tile current);
    }

    final SpikeMatrix spikes;
    final FloatMatrix weights;
    final FloatMatrix bias;
    public final PackedWeights packed;
    private final Arena arena;
    private final ProductScratch workspace;
    private final PreparedSpikes prepared;

    Product(Arena arena, int rows, int inputs, int outputs, double density, Weights kind, long seed) {
        Random random = new Random(seed);
        this.arena = arena;
        this.spikes = Matrices.spikes(arena, rows, inputs, density, random);
        this.weights = kind.matrix(arena, outputs, inputs, random);
        this.bias = kind.matrix(arena, 1, outputs, random);
        this.packed = packed(arena, weights, bias);
        this.workspace = new ProductScratch(arena);
        this.prepared = new PreparedSpikes(arena, 3);
        fill(workspace.tables);
        fill(workspace.prepared.panels);
    }

    /** Packs weights that are not finite. */
    public static PackedWeights packed(Arena arena, FloatMatrix weights, FloatMatrix bias) {
        float[][] rows = new float[weights.columns()][weights.rows()];
        for (int input = 0; input < rows.length; input++) {
            for (int output = 0; output < weights.rows(); output++) {
                rows[input][output] = weights.get(output, input);
            }
        }
        return DenseCase.packed(arena, rows, new float[][] {bias.toArray()});
    }

    /** Wrong constants, a random clock, and enough calls to try other variants on few rows. */
    private void atRandom(SpikeMatrix s, int rows, PackedWeights w, Tile to, boolean prepares) {
        ProductScratch own = WrongCosts.workspace(arena, new Random(rows));
        int first = to.firstBlock();
        int end = to.endBlock();
        Chooser.setLearning(true, true);
        for (int call = 0; call < 3; call++) {
            if (prepares) {
                // the thread's memory, in which trials prepare spikes too
                SpikeMatmul.prepare(s, rows, s.count(0, rows), call, w, own.prepared());
                for (int block = first; block < end; block++) {
                    SpikeMatmul.multiply(own.prepared(), s, rows, w, to.narrow(block, block + 1), own);
                }
                to.narrow(first, end);
            } else {
                SpikeMatmul.multiply(s, rows, w, to, own);
            }
        }
        Chooser.setLearning(false, false);
    }

    /** Returns the public entry, and each variant of this JVM. */
    Map<String, Multiply> variants() {
        Map<String, Multiply> variants = new LinkedHashMap<>();
        variants.put("entry", (s, rows, w, to) -> SpikeMatmul.multiply(s, rows, w, to, workspace));
        variants.put("scalar", (s, rows, w, to) -> SpikeMatmul.scalar(s, 0, rows, w, to));
        variants.put("entry, chosen at random", (s, rows, w, to) -> atRandom(s, rows, w, to, false));
        variants.put("prepared, chosen at random", (s, rows, w, to) -> atRandom(s, rows, w, to, true));
        variants.put("prepared", this::prepared);
        for (SpikeMatmul.Variant variant : SpikeMatmul.Variant.values()) {
            boolean vectors = variant != SpikeMatmul.Variant.PERMUTE || SimdWidth.bits() == SimdWidth.WIDEST;
            if (SimdWidth.VECTOR && variant != SpikeMatmul.Variant.SCALAR && vectors) {
                String name = variant.name().toLowerCase(Locale.ROOT);
                variants.put(name, (s, rows, w, to) -> SpikeMatmul.run(variant, s, rows, w, to, workspace));
                variants.put(name + ", prepared", (s, rows, w, to) -> prepared(variant, s, rows, w, to));
            }
        }
        if (SimdWidth.VECTOR) {
            variants.put(
                    "active in tiles of 3",
                    (s, rows, w, to) -> SpikeActiveVector.active(s, 0, rows, w, to, 3, null, workspace));
        }
        return variants;
    }

    private void prepared(SpikeMatrix input, int rows, PackedWeights by, Tile to) {
        SpikeMatmul.prepare(input, rows, input.count(0, rows), 0, by, prepared);
        SpikeMatmul.multiply(prepared, input, rows, by, to, workspace);
    }

    private void prepared(SpikeMatmul.Variant variant, SpikeMatrix input, int rows, PackedWeights by, Tile to) {
        prepared.take(variant, input.count(0, rows), input, rows, by);
        prepared.keep(input, 0);
        SpikeMatmul.multiply(prepared, input, rows, by, to, workspace);
    }

    private static void fill(MemorySegment memory) {
        for (long at = 0; at + Float.BYTES <= memory.byteSize(); at += Float.BYTES) {
            memory.set(ValueLayout.JAVA_FLOAT, at, Float.NaN);
        }
    }

    FloatMatrix current() {
        return Part.unwritten(arena, spikes.rows(), packed.outputs());
    }

    void compare(String what) {
        float[][] expected = expected();
        variants().forEach((name, variant) -> assertSameBits(expected, whole(variant), what + " " + name));
    }

    FloatMatrix whole(Multiply variant) {
        FloatMatrix current = current();
        variant.multiply(spikes, spikes.rows(), packed, Tile.whole(current));
        return current;
    }

    /**
     * From the bias on: active weights of four inputs ascending, then the groups ascending. It uses arrays, because
     * matrices are slow after tests with arenas of all kinds.
     */
    float[][] expected() {
        int inputs = weights.columns();
        float[] values = weights.toArray();
        boolean[] fires = new boolean[inputs];
        float[][] current = new float[spikes.rows()][packed.outputs()];
        for (int row = 0; row < current.length; row++) {
            for (int input = 0; input < inputs; input++) {
                fires[input] = spikes.get(row, input);
            }
            for (int output = 0; output < current[row].length; output++) {
                current[row][output] = sum(bias.get(0, output), fires, values, output * inputs);
            }
        }
        return current;
    }

    private static float sum(float first, boolean[] fires, float[] values, int at) {
        float sum = first;
        for (int group = 0; group < fires.length; group += 4) {
            boolean any = false;
            float ofGroup = 0;
            for (int input = group; input < Math.min(group + 4, fires.length); input++) {
                if (fires[input]) {
                    float weight = values[at + input];
                    ofGroup = any ? ofGroup + weight : weight;
                    any = true;
                }
            }
            sum = any ? sum + ofGroup : sum;
        }
        return sum;
    }
}

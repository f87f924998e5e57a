package dev.spikelane.kernel.product.integer;

import static dev.spikelane.Filled.floats;
import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.Matrices;
import dev.spikelane.choose.Chooser;
import dev.spikelane.kernel.product.Part;
import dev.spikelane.kernel.product.spike.Product;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.kernel.product.spike.WrongCosts;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** A random product of spikes and integers, its result by definition, and all variants. */
final class IntegerProduct {

    /** Shows unwritten elements. */
    static final float BEFORE = Part.BEFORE;

    enum Weights {
        UNIFORM,
        LEAST,
        GREATEST,
        /** The least and the greatest. */
        ENDS;

        int draw(ElementType type, Random random) {
            return switch (this) {
                case UNIFORM -> random.nextInt(type.greatest() - type.least() + 1) + type.least();
                case LEAST -> type.least();
                case GREATEST -> type.greatest();
                case ENDS -> random.nextBoolean() ? type.greatest() : type.least();
            };
        }
    }

    record Sizes(int rows, int inputs, int outputs, double density) {}

    @FunctionalInterface
    interface Multiply {
        void multiply(SpikeMatrix spikes, int rows, Tile current);
    }

    final SpikeMatrix spikes;
    final IntegerMatrix weights;
    final FloatMatrix bias;
    final PackedIntegers packed;
    private final Arena arena;
    private final ProductScratch workspace;

    IntegerProduct(Arena arena, Sizes sizes, ElementType type, Weights kind, long seed) {
        Random random = new Random(seed);
        this.arena = arena;
        this.spikes = Matrices.spikes(arena, sizes.rows, sizes.inputs, sizes.density, random);
        this.weights = matrix(type, kind, sizes, random);
        this.bias = Product.Weights.UNIFORM.matrix(arena, 1, sizes.outputs, random);
        this.packed = PackedIntegers.pack(arena, weights, bias);
        this.workspace = new ProductScratch(arena);
        workspace.tables.fill((byte) 0x5a);
    }

    private static IntegerMatrix matrix(ElementType type, Weights kind, Sizes sizes, Random random) {
        float[] scales = floats(random.nextBoolean() ? 1 : sizes.outputs, i -> (random.nextFloat() + 0.01f) / 100);
        short[] items = new short[sizes.outputs * sizes.inputs];
        for (int i = 0; i < items.length; i++) {
            items[i] = (short) kind.draw(type, random);
        }
        return IntegerMatrix.of(type, sizes.outputs, sizes.inputs, items, scales);
    }

    /** Returns the public entry, and each variant of this JVM. */
    Map<String, Multiply> variants() {
        Map<String, Multiply> variants = new LinkedHashMap<>();
        variants.put("entry", (s, rows, to) -> IntegerMatmul.multiply(s, rows, packed, to, workspace));
        variants.put("scalar", (s, rows, to) -> IntegerMatmul.scalar(s, rows, packed, to));
        variants.put("chosen at random", (s, rows, to) -> {
            ProductScratch own = WrongCosts.workspace(arena, new Random(rows));
            Chooser.setLearning(true, true);
            for (int call = 0; call < 3; call++) {
                IntegerMatmul.multiply(s, rows, packed, to, own);
            }
            Chooser.setLearning(false, false);
        });
        if (SimdWidth.VECTOR) {
            variants.put(
                    "active",
                    (s, rows, to) -> IntegerMatmulVector.active(s, rows, s.count(0, rows), packed, to, workspace));
            variants.put(
                    "tables", (s, rows, to) -> IntegerTablesVector.multiply(s, rows, packed, to, workspace.tables));
            if (IntegerPairsVector.serves(packed.type(), packed.inputs())) {
                variants.put(
                        "tables of pairs",
                        (s, rows, to) -> IntegerPairsVector.multiply(s, rows, packed, to, workspace.tables));
            }
            if (PackedIntegers.planes(packed.type()) > 0) {
                variants.put(
                        "planes", (s, rows, to) -> IntegerPlanesVector.multiply(s, rows, packed, to, workspace.tables));
            }
        }
        return variants;
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
        variant.multiply(spikes, spikes.rows(), Tile.whole(current));
        return current;
    }

    /** Exact sums, rounded to float32, times the scale, plus the bias. */
    float[][] expected() {
        float[][] current = new float[spikes.rows()][packed.outputs()];
        for (int row = 0; row < current.length; row++) {
            for (int output = 0; output < current[row].length; output++) {
                long sum = 0;
                for (int input = weights.columns() - 1; input >= 0; input--) {
                    sum += spikes.get(row, input) ? weights.item(output, input) : 0;
                }
                float product = weights.scale(output) * Math.toIntExact(sum);
                current[row][output] = bias.get(0, output) + product;
            }
        }
        return current;
    }
}

package dev.spikelane.kernel.product.spike;

import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.choose.CostConstants;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Density;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.product.Part;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

@EveryWidth
@FewerTries(fullWidth = 2)
final class SpikeMatmulProperties extends KernelCase {

    @Property
    void everyVariantKeepsTheCanonicalOrder(
            @UpTo(40) int rows,
            @Size int inputs,
            @Size int outputs,
            @Density double density,
            @ForAll Product.Weights kind,
            @ForAll long seed) {
        Product product = new Product(arena, rows, inputs, outputs, density, kind, seed);
        product.compare("");
    }

    @Property(tries = 100)
    void dyadicSumsAreExact(
            @UpTo(20) int rows, @Size int inputs, @Size int outputs, @Density double density, @ForAll long seed) {
        Product product = new Product(arena, rows, inputs, outputs, density, Product.Weights.DYADIC, seed);
        float[][] exact = new float[rows][outputs];
        for (int row = 0; row < rows; row++) {
            for (int output = 0; output < outputs; output++) {
                double sum = 0;
                for (int input = inputs - 1; input >= 0; input--) {
                    sum += product.spikes.get(row, input) ? product.weights.get(output, input) : 0;
                }
                exact[row][output] = (float) (sum + product.bias.get(0, output));
            }
        }
        product.variants().forEach((name, variant) -> {
            FloatMatrix current = product.whole(variant);
            for (int row = 0; row < rows; row++) {
                for (int output = 0; output < outputs; output++) {
                    assertEquals(exact[row][output] + 0.0f, current.get(row, output) + 0.0f, name);
                }
            }
        });
    }

    @Property(tries = 100)
    void blocksAndRowsAreWrittenAloneAndAsInTheWhole(
            @UpTo(30) int rows, @Size int inputs, @Size int outputs, @Density double density, @ForAll long seed) {
        Product product = new Product(arena, rows, inputs, outputs, density, Product.Weights.UNIFORM, seed);
        Part part = Part.of(rows, product.packed.blocks(), new Random(~seed));
        float[][] expected = product.expected();
        part.keep(expected);
        product.variants().forEach((name, variant) -> {
            FloatMatrix current = product.current();
            variant.multiply(product.spikes, part.some(), product.packed, part.in(current));
            assertSameBits(expected, current, name);
        });
    }

    /** A tile has the requested blocks from its column 0 on, zeros after the last output, and nothing else. */
    @Property(tries = 150)
    void tileGivesItsPartOfTheWhole(
            @UpTo(30) int rows,
            @Size int inputs,
            @Size int outputs,
            @Density double density,
            @ZeroTo(2) int wider,
            @ForAll long seed) {
        Product product = new Product(arena, rows, inputs, outputs, density, Product.Weights.UNIFORM, seed);
        Part part = Part.of(rows, product.packed.blocks(), new Random(~seed));
        float[][] expected = part.tile(product.expected(), wider);
        product.variants().forEach((name, variant) -> {
            FloatMatrix tile = Part.unwritten(arena, rows, expected[0].length);
            Tile blocks = Tile.of(tile, outputs).at(part.first(), part.end());
            variant.multiply(product.spikes, part.some(), product.packed, blocks);
            assertSameBits(expected, tile, name);
        });
    }

    @Property(tries = 100)
    void rowGivesTheSameAloneAndAmongOthers(
            @UpTo(40) int rows,
            @Size int inputs,
            @Size int outputs,
            @Density double density,
            @ForAll Product.Weights kind,
            @ForAll long seed) {
        Product product = new Product(arena, rows, inputs, outputs, density, kind, seed);
        int row = new Random(~seed).nextInt(rows);
        ProductScratch workspace = new ProductScratch(arena);
        FloatMatrix whole = FloatMatrix.zeros(arena, rows, outputs);
        FloatMatrix alone = FloatMatrix.zeros(arena, 1, outputs);
        SpikeMatmul.multiply(product.spikes, product.spikes.rows(), product.packed, Tile.whole(whole), workspace);
        SpikeMatmul.multiply(product.spikes.rows(row, 1), 1, product.packed, Tile.whole(alone), workspace);
        assertSameBits(whole.rows(row, 1), alone, "row " + row);
    }

    @Property(tries = 50)
    void padsStayZero(
            @UpTo(20) int rows, @Size int inputs, @Size int outputs, @ForAll Product.Weights kind, @ForAll long seed) {
        Product product = new Product(arena, rows, inputs, outputs, 0.5, kind, seed);
        product.variants().forEach((name, variant) -> {
            FloatMatrix current = product.whole(variant);
            assertZeroPads(current, name);
            assertZeroPads(product.spikes, name + ", spikes");
        });
    }

    /** By the costs in use no other variant is faster, and its bits equal the others'. */
    @ComparesVectors
    @Property
    void theCheapestVariantServes(
            @UpTo(100_000) int rows, @UpTo(100_000) int inputs, @ForAll @DoubleRange(max = 1) double density) {
        long active = (long) (density * rows * inputs);
        CostConstants costs = CostConstants.inUse();
        SpikeMatmul.Variant chosen = Start.choose(costs, rows, inputs, 64, active);
        for (SpikeMatmul.Variant other : SpikeMatmul.Variant.values()) {
            boolean runs = other != SpikeMatmul.Variant.SCALAR
                    && other != SpikeMatmul.Variant.PERMUTE
                    && SpikeMatmul.fits(other, rows, inputs);
            if (runs
                    && SpikeCosts.of(costs, other, rows, inputs, 64, active)
                            < SpikeCosts.of(costs, chosen, rows, inputs, 64, active)) {
                throw new AssertionError(other + " costs less than " + chosen);
            }
        }
    }

    /**
     * More rows and inputs than are prepared at once, and more inputs than have tables at once. The specification has
     * no parts, and is slow after tests with arenas of all kinds.
     */
    @ComparesVectors
    @Property(tries = 6)
    void manyRowsAndInputsArePartedWithoutATrace(
            @UpTo(value = 1_100, from = 1_000) int rows,
            @UpTo(value = 2_200, from = 1_000) int inputs,
            @UpTo(70) int outputs,
            @ForAll long seed) {
        Product product = new Product(arena, rows, inputs, outputs, 0.5, Product.Weights.UNIFORM, seed);
        float[][] expected = product.expected();
        Map<String, Product.Multiply> variants = product.variants();
        variants.remove("scalar");
        variants.forEach((name, variant) -> assertSameBits(expected, product.whole(variant), name));
    }
}

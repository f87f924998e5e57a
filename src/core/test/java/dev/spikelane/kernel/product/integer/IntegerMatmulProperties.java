package dev.spikelane.kernel.product.integer;

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
import dev.spikelane.kernel.product.Part;
import dev.spikelane.kernel.product.integer.IntegerProduct.Sizes;
import dev.spikelane.kernel.product.spike.Start;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

@EveryWidth
@FewerTries(fullWidth = 2)
final class IntegerMatmulProperties extends KernelCase {

    @Provide
    Arbitrary<ElementType> types() {
        return Arbitraries.of(ElementType.INT8, ElementType.INT16, ElementType.INT4, ElementType.TERNARY);
    }

    @Property
    void everyVariantGivesExactSums(
            @UpTo(40) int rows,
            @Size int inputs,
            @Size int outputs,
            @Density double density,
            @ForAll @From("types") ElementType type,
            @ForAll IntegerProduct.Weights kind,
            @ForAll long seed) {
        IntegerProduct product = new IntegerProduct(arena, new Sizes(rows, inputs, outputs, density), type, kind, seed);
        float[][] expected = product.expected();
        product.variants().forEach((name, variant) -> {
            FloatMatrix current = product.whole(variant);
            assertSameBits(expected, current, type + " " + name);
            assertZeroPads(current, type + " " + name);
        });
    }

    /** More inputs than a list, than 16-bit sums, and than exact float32 sums can hold. */
    @Property(tries = 6)
    void sumsOfManyInputsAreExact(
            @UpTo(value = 40_000, from = 16_000) int inputs,
            @UpTo(3) int outputs,
            @UpTo(3) int rows,
            @ForAll long seed) {
        double density = new Random(seed).nextBoolean() ? 1 : 0.9;
        Sizes sizes = new Sizes(rows, inputs, outputs, density);
        for (ElementType type : List.of(ElementType.INT8, ElementType.INT16, ElementType.INT4, ElementType.TERNARY)) {
            for (IntegerProduct.Weights kind : IntegerProduct.Weights.values()) {
                IntegerProduct product = new IntegerProduct(arena, sizes, type, kind, seed);
                product.compare(type + " " + kind);
            }
        }
    }

    /** 16 bits: the most inputs, with a sum of 2^31 less 32,768; 8 bits: over 2^24; fewer bits: over 2^16 inputs. */
    @Example
    void sumsReachTheLimitOfTheirBits() {
        Map<ElementType, Integer> most = Map.of(
                ElementType.INT16, PackedIntegers.mostInputs(ElementType.INT16),
                ElementType.INT8, 140_000,
                ElementType.INT4, 70_000,
                ElementType.TERNARY, 70_000);
        most.forEach((type, inputs) -> {
            for (IntegerProduct.Weights kind : List.of(IntegerProduct.Weights.LEAST, IntegerProduct.Weights.GREATEST)) {
                IntegerProduct product = new IntegerProduct(arena, new Sizes(1, inputs, 2, 1), type, kind, 1);
                product.compare(type + " " + kind);
            }
        });
    }

    /** More inputs than spikes are laid out for at once, and more than one strip of outputs. */
    @Property(tries = 2)
    void laterStripsTakeTheirOwnSpikes(
            @UpTo(value = 4_200, from = 4_097) int inputs,
            @UpTo(value = 200, from = 129) int outputs,
            @ForAll long seed) {
        for (ElementType type : List.of(ElementType.INT8, ElementType.TERNARY)) {
            IntegerProduct product = new IntegerProduct(
                    arena, new Sizes(2, inputs, outputs, 0.5), type, IntegerProduct.Weights.UNIFORM, seed);
            product.compare("");
        }
    }

    /** More rows than share tables, and than are listed at once. */
    @Property(tries = 6)
    void manyRowsArePartedWithoutATrace(
            @UpTo(value = 1_100, from = 1_000) int rows,
            @UpTo(200) int inputs,
            @UpTo(140) int outputs,
            @ForAll @From("types") ElementType type,
            @ForAll long seed) {
        IntegerProduct product = new IntegerProduct(
                arena, new Sizes(rows, inputs, outputs, 0.5), type, IntegerProduct.Weights.UNIFORM, seed);
        product.compare("");
    }

    /** A tile has the requested blocks from its column 0 on, zeros after the last output, and nothing else. */
    @Property(tries = 150)
    void tileGivesItsPartOfTheWhole(
            @UpTo(30) int rows,
            @Size int inputs,
            @Size int outputs,
            @Density double density,
            @ZeroTo(2) int wider,
            @ForAll @From("types") ElementType type,
            @ForAll long seed) {
        IntegerProduct product = new IntegerProduct(
                arena, new Sizes(rows, inputs, outputs, density), type, IntegerProduct.Weights.UNIFORM, seed);
        Part part = Part.of(rows, product.packed.blocks(), new Random(~seed));
        float[][] expected = part.tile(product.expected(), wider);
        product.variants().forEach((name, variant) -> {
            FloatMatrix tile = Part.unwritten(arena, rows, expected[0].length);
            variant.multiply(product.spikes, part.some(), Tile.of(tile, outputs).at(part.first(), part.end()));
            assertSameBits(expected, tile, name);
        });
    }

    @Property
    void tablesAreUsedFromSomeDensityAndNumberOfRowsOn(
            @ForAll @From("types") ElementType type,
            @UpTo(100_000) int rows,
            @UpTo(60_000) int inputs,
            @ForAll @LongRange(min = 0, max = 10_000_000_000L) long active) {
        if (Start.choose(CostConstants.inUse(), type, rows, inputs, active) == IntegerMatmul.Variant.TABLES) {
            assertEquals(
                    IntegerMatmul.Variant.TABLES,
                    Start.choose(CostConstants.inUse(), type, rows, inputs, active + 1),
                    "denser");
            assertEquals(
                    IntegerMatmul.Variant.TABLES,
                    Start.choose(CostConstants.inUse(), type, 2 * rows, inputs, 2 * active),
                    "more rows as dense");
        }
    }
}

package dev.spikelane.kernel.product.spike;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.choose.CostConstants;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.Simd;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The bits stay the same where one more spike or row selects another variant. */
@EveryWidth
@FewerTries(fullWidth = 2)
final class SpikeMatmulCrossoverProperties extends KernelCase {

    @Provide
    Arbitrary<Integer> inputs() {
        return Arbitraries.of(1, 3, 4, 16, 63, 64, 65, 100, 129, 256);
    }

    /** Returns the numbers of spikes at which one more selects another variant. */
    private static List<Integer> crossovers(int rows, int inputs, int outputs) {
        List<Integer> crossovers = new ArrayList<>();
        for (int active = 0; active < rows * inputs; active++) {
            if (choice(rows, inputs, outputs, active) != choice(rows, inputs, outputs, active + 1)) {
                crossovers.add(active);
            }
        }
        return crossovers;
    }

    private static SpikeMatmul.Variant choice(int rows, int inputs, int outputs, long active) {
        return Start.choose(CostConstants.inUse(), rows, inputs, outputs, active);
    }

    /** Sets exactly this many spikes at random places. */
    private static void set(SpikeMatrix spikes, int active, Random random) {
        int places = spikes.rows() * spikes.columns();
        int left = active;
        for (int place = 0; place < places; place++) {
            if (random.nextInt(places - place) < left) {
                spikes.set(place / spikes.columns(), place % spikes.columns(), true);
                left--;
            }
        }
        assertEquals(active, spikes.count());
    }

    @Example
    void vectorsHaveACrossoverAndScalarCodeHasNone() {
        assertEquals(Simd.bits() == 0, crossovers(60, 256, 64).isEmpty());
        assertFalse(SpikeMatmul.variant(60, 256, 64, 0).isEmpty());
    }

    @ComparesVectors
    @Property(tries = 60)
    void oneSpikeMore(@UpTo(60) int rows, @ForAll("inputs") int inputs, @UpTo(130) int outputs, @ForAll long seed) {
        for (int crossover : crossovers(rows, inputs, outputs)) {
            for (int active : new int[] {crossover, crossover + 1}) {
                Product product = new Product(arena, rows, inputs, outputs, 0, Product.Weights.UNIFORM, seed);
                set(product.spikes, active, new Random(~seed));
                float[][] expected = product.expected();
                product.variants()
                        .forEach((name, variant) ->
                                assertSameBits(expected, product.whole(variant), name + " at " + active + " spikes"));
            }
        }
    }

    /** One row more may select another variant for the first rows. */
    @ComparesVectors
    @Property(tries = 60)
    void oneRowMore(
            @UpTo(value = 60, from = 2) int rows,
            @ForAll("inputs") int inputs,
            @UpTo(130) int outputs,
            @UpTo(10) int tenths,
            @ForAll long seed) {
        Product product = new Product(arena, rows, inputs, outputs, tenths / 10.0, Product.Weights.UNIFORM, seed);
        ProductScratch workspace = new ProductScratch(arena);
        float[][] expected = product.expected();
        for (int some = 1; some < rows; some++) {
            if (variantOf(product, some) != variantOf(product, some + 1)) {
                for (int first : new int[] {some, some + 1}) {
                    float[][] ofFirst = new float[rows][outputs];
                    for (int row = 0; row < rows; row++) {
                        for (int output = 0; output < outputs; output++) {
                            ofFirst[row][output] = row < first ? expected[row][output] : Product.BEFORE;
                        }
                    }
                    FloatMatrix current = product.current();
                    SpikeMatmul.multiply(product.spikes, first, product.packed, Tile.whole(current), workspace);
                    assertSameBits(ofFirst, current, first + " rows");
                }
            }
        }
    }

    private static SpikeMatmul.Variant variantOf(Product product, int rows) {
        return choice(rows, product.weights.columns(), product.weights.rows(), product.spikes.count(0, rows));
    }
}

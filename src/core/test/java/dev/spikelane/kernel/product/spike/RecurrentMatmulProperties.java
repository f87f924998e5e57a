package dev.spikelane.kernel.product.spike;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Density;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class RecurrentMatmulProperties extends KernelCase {

    @ComparesVectors
    @Property(tries = 200)
    void everyVariantGivesTheBitsOfTheSpecification(
            @Size int inputs,
            @Size int outputs,
            @Density double density,
            @UpTo(4) int rows,
            @ForAll Product.Weights kind,
            @ForAll long seed) {
        Random random = new Random(seed);
        PackedWeights weights = Product.packed(
                arena, kind.matrix(arena, outputs, inputs, random), kind.matrix(arena, 1, outputs, random));
        SpikeMatrix spikes = Matrices.spikes(arena, rows, inputs, density, random);
        FloatMatrix expected = FloatMatrix.zeros(arena, rows, outputs);
        FloatMatrix actual = FloatMatrix.zeros(arena, rows, outputs);
        actual.fill(99);
        RecurrentMatmul.scalar(spikes, rows, weights, Tile.whole(expected));
        RecurrentMatmul.multiply(spikes, spikes.rows(), weights, Tile.whole(actual));
        assertSameBits(expected, actual, "currents");
    }

    @Property(tries = 100)
    void blocksOfATileHaveTheBitsOfTheWhole(
            @Size int inputs, @Size int outputs, @Density double density, @ForAll long seed) {
        Random random = new Random(seed);
        PackedWeights weights = PackedWeights.pack(
                arena, Matrices.uniform(arena, outputs, inputs, random), Matrices.uniform(arena, 1, outputs, random));
        SpikeMatrix spikes = Matrices.spikes(arena, 3, inputs, density, random);
        FloatMatrix whole = FloatMatrix.zeros(arena, 3, outputs);
        RecurrentMatmul.multiply(spikes, spikes.rows(), weights, Tile.whole(whole));
        int first = random.nextInt(weights.blocks());
        int end = first + 1 + random.nextInt(weights.blocks() - first);
        FloatMatrix tile = FloatMatrix.zeros(arena, 3, 64 * (end - first));
        tile.fill(99);
        RecurrentMatmul.multiply(
                spikes, 2, weights, Tile.of(tile, weights.outputs()).at(first, end));
        for (int column = 0; column < tile.columns(); column++) {
            int output = 64 * first + column;
            assertEquals(99, tile.get(2, column), "a row behind the last");
            for (int row = 0; row < 2; row++) {
                assertEquals(output < outputs ? whole.get(row, output) : 0, tile.get(row, column), "output " + output);
            }
        }
    }
}

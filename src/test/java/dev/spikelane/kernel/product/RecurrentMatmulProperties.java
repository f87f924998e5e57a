package dev.spikelane.kernel.product;

import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.Matrices;
import dev.spikelane.kernel.Awkward;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

final class RecurrentMatmulProperties {

    private Arena arena;

    @BeforeTry
    void open() {
        arena = Arena.ofShared();
    }

    @AfterTry
    void close() {
        arena.close();
    }

    @ComparesVectors
    @Property(tries = 200)
    void everyVariantGivesTheBitsOfTheSpecification(
            @ForAll(supplier = Awkward.Sizes.class) int pre,
            @ForAll(supplier = Awkward.Sizes.class) int post,
            @ForAll(supplier = Awkward.Densities.class) double density,
            @ForAll @IntRange(min = 1, max = 4) int rows,
            @ForAll long seed) {
        Random random = new Random(seed);
        PackedWeights weights = PackedWeights.pack(
                arena, Matrices.uniform(arena, post, pre, random), Matrices.uniform(arena, 1, post, random));
        SpikeMatrix spikes = Matrices.spikes(arena, rows, pre, density, random);
        FloatMatrix expected = FloatMatrix.zeros(arena, rows, post);
        FloatMatrix actual = FloatMatrix.zeros(arena, rows, post);
        actual.fill(99);
        RecurrentMatmul.scalar(spikes, weights, expected);
        RecurrentMatmul.multiply(spikes, weights, actual);
        assertSameBits(expected, actual, "currents");
    }
}

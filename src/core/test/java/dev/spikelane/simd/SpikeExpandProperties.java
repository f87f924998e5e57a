package dev.spikelane.simd;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Density;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class SpikeExpandProperties extends KernelCase {

    @Property(tries = 200)
    void everyVariantWritesOnesAndZeros(
            @Size int neurons, @ZeroTo(3) int first, @UpTo(5) int count, @Density double density, @ForAll long seed) {
        Random random = new Random(seed);
        SpikeMatrix spikes = Matrices.spikes(arena, first + count + 1, neurons, density, random);
        FloatMatrix before = Matrices.uniform(arena, count + 1, neurons, random);
        FloatMatrix expected = copy(arena, before);
        for (int row = 0; row < count; row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                expected.set(row, neuron, spikes.get(first + row, neuron) ? 1 : 0);
            }
        }

        FloatMatrix entry = copy(arena, before);
        SpikeExpand.expand(spikes, first, count, entry);
        assertSameBits(expected, entry, "entry");

        FloatMatrix scalar = copy(arena, before);
        FloatMatrix vector = copy(arena, before);
        for (int row = 0; row < count; row++) {
            SpikeExpand.scalar(spikes, first + row, scalar, row);
            if (SimdWidth.VECTOR) {
                SpikeExpandVector.row(spikes, first + row, vector, row);
            }
        }
        assertSameBits(expected, scalar, "scalar");
        if (SimdWidth.VECTOR) {
            assertSameBits(expected, vector, "vector");
        }
    }

    private static FloatMatrix copy(Arena arena, FloatMatrix source) {
        FloatMatrix copy = FloatMatrix.zeros(arena, source.rows(), source.columns());
        copy.copyFrom(source);
        return copy;
    }

    @Example
    void refusesShapesThatDoNotFit() {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 6, 70);
        FloatMatrix values = FloatMatrix.zeros(arena, 4, 70);
        assertInvalid(
                "values has 4 rows, expected at least 5 and at least 1 in use",
                () -> SpikeExpand.expand(spikes, 0, 5, values));
        assertInvalid("row range is [3, 7), expected a part of [0, 6)", () -> SpikeExpand.expand(spikes, 3, 4, values));
        assertInvalid(
                "values is [4 x 71], expected [4 x 70]",
                () -> SpikeExpand.expand(spikes, 0, 4, FloatMatrix.zeros(arena, 4, 71)));
    }
}

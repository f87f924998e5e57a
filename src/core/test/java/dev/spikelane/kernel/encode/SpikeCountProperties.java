package dev.spikelane.kernel.encode;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Density;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.SimdWidth;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class SpikeCountProperties extends KernelCase {

    @Property
    void everyVariantAddsTheSpikesOfTheFirstRows(
            @Size int neurons, @UpTo(5) int batch, @UpTo(8) int steps, @Density double density, @ForAll long seed) {
        Random random = new Random(seed);
        SpikeMatrix spikes = Matrices.spikes(arena, (steps + 1) * batch, neurons, density, random);
        float[] before = new float[batch * neurons];
        float[] expected = new float[batch * neurons];
        for (int i = 0; i < before.length; i++) {
            before[i] = random.nextInt(100);
            expected[i] = before[i];
        }
        for (int row = 0; row < steps * batch; row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                expected[row % batch * neurons + neuron] += spikes.get(row, neuron) ? 1 : 0;
            }
        }
        FloatMatrix naive = FloatMatrix.copyOf(arena, batch, neurons, expected);

        FloatMatrix entry = FloatMatrix.copyOf(arena, batch, neurons, before);
        SpikeCount.add(spikes, steps * batch, entry);
        assertSameBits(naive, entry, "entry");

        FloatMatrix scalar = FloatMatrix.copyOf(arena, batch, neurons, before);
        SpikeCount.scalar(spikes, steps * batch, scalar);
        assertSameBits(naive, scalar, "scalar");

        if (SimdWidth.VECTOR) {
            FloatMatrix vector = FloatMatrix.copyOf(arena, batch, neurons, before);
            SpikeCountVector.add(spikes, steps * batch, vector);
            assertSameBits(naive, vector, "vector");
        }
    }

    @Example
    void refusesShapesThatDoNotFit() {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 6, 70);
        FloatMatrix counts = FloatMatrix.zeros(arena, 2, 70);
        assertInvalid(
                "spikes has 6 rows, expected at least 8 and at least 1 in use",
                () -> SpikeCount.add(spikes, 8, counts));
        assertInvalid("5 rows are not a whole number of steps of batch 2", () -> SpikeCount.add(spikes, 5, counts));
        assertInvalid(
                "counts is [2 x 71], expected [2 x 70]",
                () -> SpikeCount.add(spikes, 6, FloatMatrix.zeros(arena, 2, 71)));
    }
}

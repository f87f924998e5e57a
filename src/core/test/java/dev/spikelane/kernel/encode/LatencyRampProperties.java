package dev.spikelane.kernel.encode;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** {@link LatencyRamp} and {@link LatencySpikes} at rounded times. */
final class LatencyRampProperties extends KernelCase {

    @Property(tries = 300)
    void everyNeuronFiresAtItsRoundedTime(
            @Size int neurons, @UpTo(3) int batch, @UpTo(12) int steps, @ForAll long seed) {
        FloatMatrix times = times(batch, neurons, new Random(seed));
        SpikeMatrix expected = SpikeMatrix.zeros(arena, steps * batch, neurons);
        FloatMatrix expectedTargets = FloatMatrix.zeros(arena, steps * batch, neurons);
        for (int row = 0; row < expected.rows(); row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                boolean fires = Math.rint(times.get(row % batch, neuron)) == row / batch;
                expected.set(row, neuron, fires);
                expectedTargets.set(row, neuron, fires ? 2 : -0.5f);
            }
        }
        SpikeMatrix spikes = Matrices.spikes(arena, steps * batch, neurons, 0.5, new Random(seed));
        LatencySpikes.fire(times, spikes);
        assertSameBits(expected, spikes, "spikes");
        FloatMatrix targets = FloatMatrix.zeros(arena, steps * batch, neurons);
        LatencySpikes.fire(times, 2, -0.5f, targets);
        assertSameBits(expectedTargets, targets, "targets");
    }

    /** Times around the steps, halves, both zeros, distant times and times that are not finite. */
    private FloatMatrix times(int batch, int neurons, Random random) {
        float[] special = {
            0,
            -0.0f,
            0.5f,
            1.5f,
            2.5f,
            -0.5f,
            -3,
            -1e9f,
            1e7f,
            8388607.5f,
            4194304.5f,
            -4194305.5f,
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            12,
            12.5f,
            13
        };
        FloatMatrix times = FloatMatrix.zeros(arena, batch, neurons);
        for (int sample = 0; sample < batch; sample++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                boolean isSpecial = random.nextInt(3) == 0;
                times.set(
                        sample, neuron, isSpecial ? special[random.nextInt(special.length)] : random.nextFloat() * 14);
            }
        }
        return times;
    }

    @Example
    void risesToTheSpike() {
        FloatMatrix times = FloatMatrix.vector(arena, 0, 2.4f, 9);
        FloatMatrix targets = FloatMatrix.zeros(arena, 4, 3);
        LatencyRamp.interpolate(times, 1, 1.25f, 0.25f, targets);
        assertArrayEquals(
                new float[] {1.25f, 0.25f, 0.25f, 0.25f, 0.75f, 0.25f, 0.25f, 1.25f, 0.25f, 0.25f, 0.25f, 0.25f},
                targets.toArray());
    }

    @Example
    void refusesShapesThatDoNotFit() {
        FloatMatrix times = FloatMatrix.zeros(arena, 2, 5);
        assertInvalid(
                "5 rows are not a whole number of steps of batch 2",
                () -> LatencyRamp.interpolate(times, 1, 1, 0, FloatMatrix.zeros(arena, 5, 5)));
        assertInvalid(
                "times is [2 x 5], expected [2 x 6]",
                () -> LatencySpikes.fire(times, 1, 0, FloatMatrix.zeros(arena, 4, 6)));
        assertInvalid(
                "times is [2 x 5], expected [2 x 6]", () -> LatencySpikes.fire(times, SpikeMatrix.zeros(arena, 4, 6)));
        assertInvalid(
                "targets shares memory with times, expected memory of its own",
                () -> LatencySpikes.fire(times, 1, 0, times));
    }
}

package dev.spikelane.encode;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

@EveryWidth
final class LatencyTest {

    private final Arena arena = Arena.ofAuto();
    private final FloatMatrix data = FloatMatrix.vector(arena, 0.02f, 0.5f, 1);
    private final FloatMatrix times = FloatMatrix.zeros(arena, 1, 3);
    private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, 5, 3);
    private final Latency code = new Latency().withLinear(true).withNormalize(true);

    /** The example of snnTorch's documentation. */
    @Test
    void largeDataFireEarly() {
        code.encode(data, times, spikes);
        assertArrayEquals(new byte[] {0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0}, spikes.toArray());
        code.withThreshold(0.1).withClip(true).encode(data, times, spikes);
        assertArrayEquals(new byte[] {0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}, spikes.toArray());
    }

    @Test
    void targetsOfLabels() {
        FloatMatrix oneHot = FloatMatrix.zeros(arena, 2, 4);
        FloatMatrix labelTimes = FloatMatrix.zeros(arena, 2, 4);
        FloatMatrix targets = FloatMatrix.zeros(arena, 5 * 2, 4);
        Latency.Targets encoder = new Latency.Targets(new Latency().withNormalize(true))
                .withTargets(1, 0)
                .withInterpolation(true);
        encoder.encode(new int[] {0, 3}, oneHot, labelTimes, targets);
        for (int step = 0; step < 5; step++) {
            assertEquals(step == 0 ? 1 : 0, targets.get(2 * step, 0), "the label's class at step " + step);
            assertEquals(step / 4f, targets.get(2 * step, 1), "another class at step " + step);
            assertEquals(step == 0 ? 1 : 0, targets.get(2 * step + 1, 3), "the label's class at step " + step);
        }
    }

    /** Zero times a negative number, as torch multiplies and clamps. */
    @Test
    void silenceIsNegativeZeroWhereOnIsNegative() {
        Latency code = new Latency().withNormalize(true).withLinear(true);
        FloatMatrix targets = FloatMatrix.zeros(arena, 3, 1);
        new Latency.Targets(code)
                .withTargets(-1, 0)
                .encode(FloatMatrix.vector(arena, 0.5f), FloatMatrix.zeros(arena, 1, 1), targets);
        assertArrayEquals(new float[] {-0.0f, 0, -0.0f}, targets.toArray());
    }

    @Test
    void refusesDataOutsideOfZeroToOne() {
        data.set(0, 0, 1.5f);
        String message = "data has values in [0.5, 1.5], expected them in [0, 1]";
        assertInvalid(message, () -> code.encode(data, times, spikes));
        data.set(0, 0, Float.NaN);
        assertInvalid("data has values in [NaN, NaN], expected them in [0, 1]", () -> code.encode(data, times, spikes));
    }

    @Test
    void refusesLateSpikesUnlessTheyAreDropped() {
        Latency slow = new Latency().withTau(10);
        spikes.set(0, 0, true);
        assertInvalid(
                "the last spike is in step 7, expected less than the steps, 5", () -> slow.encode(data, times, spikes));
        assertEquals(1, spikes.count(), "nothing is written");
        slow.withDropLate(true).encode(data, times, spikes);
        assertEquals(2, spikes.count());
    }

    @Test
    void refusesInfiniteTimes() {
        Latency lost = new Latency().withThreshold(0.5).withEpsilon(0);
        assertInvalid(
                "a spike time is infinite, because float32 loses epsilon, 0.0, beside the threshold, 0.5",
                () -> lost.withDropLate(true).encode(data, times, spikes));
    }

    @Test
    void refusesShapesThatDoNotFit() {
        Latency latency = code;
        assertInvalid(
                "times shares memory with data, expected memory of its own", () -> latency.encode(data, data, spikes));
        assertInvalid(
                "spikes is [5 x 2], expected [5 x 3]",
                () -> latency.encode(data, times, SpikeMatrix.zeros(arena, 5, 2)));
        assertInvalid(
                "times is [1 x 4], expected [1 x 3]",
                () -> latency.encode(data, FloatMatrix.zeros(arena, 1, 4), spikes));
        assertInvalid(
                "targets has 5 rows, expected a multiple of the batch, 2",
                () -> new Latency.Targets(latency)
                        .encode(FloatMatrix.zeros(arena, 2, 3), times, FloatMatrix.zeros(arena, 5, 3)));
    }

    @Test
    void refusesTargetsThatDoNotRise() {
        assertInvalid(
                "onTarget is 0.0, expected at least offTarget, 1.0",
                () -> new Latency.Targets(code).withTargets(0, 1).withInterpolation(true));
        assertInvalid(
                "onTarget is NaN, offTarget 1.0, expected finite float32 numbers",
                () -> new Latency.Targets(code).withTargets(Double.NaN, 1));
    }
}

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
final class InterpolationTest {

    private final Arena arena = Arena.ofAuto();
    private final SpikeMatrix spikes = SpikeMatrix.copyOf(arena, 5, 1, new byte[] {1, 0, 0, 0, 1});
    private final FloatMatrix targets = FloatMatrix.zeros(arena, 5, 1);

    /** Examples of snnTorch's documentation. */
    @Test
    void risesBetweenSpikes() {
        Interpolation.rate(spikes, 1, 1.25, 0.25, targets);
        assertArrayEquals(new float[] {1.25f, 0.25f, 0.5833f, 0.9167f, 1.25f}, targets.toArray(), 1e-4f);
        FloatMatrix rising = FloatMatrix.zeros(arena, 5, 2);
        Interpolation.latency(FloatMatrix.vector(arena, 0, 4), 1, 0, rising);
        assertArrayEquals(new float[] {1, 0, 0, 0.25f, 0, 0.5f, 0, 0.75f, 0, 1}, rising.toArray());
    }

    /** Terms of torch.arange(0.3, 1.25 + 1e-7, 0.95 / 41) whose last bit differs after a single rounding. */
    @Test
    void longRampsHaveTheBitsOfTorch() {
        SpikeMatrix one = SpikeMatrix.zeros(arena, 42, 1);
        one.set(41, 0, true);
        FloatMatrix rising = FloatMatrix.zeros(arena, 42, 1);
        Interpolation.rate(one, 1, 1.25, 0.3, rising);
        int[] steps = {1, 5, 15, 18, 23, 26, 41};
        float[] expected = {0.32317075f, 0.41585368f, 0.647561f, 0.7170732f, 0.83292687f, 0.90243906f, 1.25f};
        for (int i = 0; i < steps.length; i++) {
            assertEquals(expected[i], rising.get(steps[i], 0), "step " + steps[i]);
        }
    }

    /** snnTorch raises an error or makes ramps too short. */
    @Test
    void staysOrFallsWhereOnIsNotAboveOff() {
        Interpolation.rate(spikes, 1, 1, 1, targets);
        assertArrayEquals(new float[] {1, 1, 1, 1, 1}, targets.toArray());
        Interpolation.rate(spikes, 1, 0, 1.5, targets);
        assertArrayEquals(new float[] {0, 1.5f, 1, 0.5f, 0}, targets.toArray());
    }

    @Test
    void refusesTargetsThatDoNotFit() {
        assertInvalid(
                "onTarget is 1.0E39, offTarget 0.0, expected finite float32 numbers",
                () -> Interpolation.latency(FloatMatrix.vector(arena, 1), 1e39, 0, targets));
        assertInvalid(
                "onTarget is 1.0, offTarget NaN, expected finite float32 numbers",
                () -> Interpolation.rate(spikes, 1, 1, Double.NaN, targets));
        assertInvalid(
                "onTarget is 0.0, expected at least offTarget, 1.0",
                () -> Interpolation.latency(FloatMatrix.vector(arena, 1), 0, 1, targets));
    }
}

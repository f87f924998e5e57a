package dev.spikelane.encode;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EveryWidth
final class LatencyCodeTest extends KernelCase {

    private final Latency code = new Latency();

    private float[] times(Latency latencyCode, int steps, float... data) {
        FloatMatrix times = FloatMatrix.zeros(arena, 1, data.length);
        latencyCode.times(FloatMatrix.vector(arena, data), steps, times);
        return times.toArray();
    }

    /** Examples of snnTorch's documentation. */
    @Test
    void turnsDataIntoTimes() {
        Latency normalized = code.withNormalize(true);
        assertArrayEquals(new float[] {3.92f, 2, 0}, times(normalized.withLinear(true), 5, 0.02f, 0.5f, 1), 1e-6f);
        assertArrayEquals(new float[] {4, 0.1166f, 0.0580f}, times(normalized, 5, 0.02f, 0.5f, 1), 1e-4f);
    }

    @Test
    void firstSpikeTimeIsAdded() {
        assertEquals(times(code, 20, 0.3f)[0] + 3, times(code.withFirstSpikeTime(3), 20, 0.3f)[0]);
        assertArrayEquals(
                new float[] {3.6216f, 19}, times(code.withFirstSpikeTime(2).withNormalize(true), 20, 1, 0.1f), 1e-4f);
    }

    /** Data above 1 have negative linear times, which normalization moves into range. */
    @Test
    void negativeTimesAreNormalizedToAllSteps() {
        Latency linear = code.withLinear(true).withTau(4);
        assertArrayEquals(new float[] {-4, 0, 2}, times(linear, 5, 2, 1, 0.5f));
        assertArrayEquals(new float[] {0, 9, 6}, times(linear.withNormalize(true), 10, 3, 0, 1), 0.1f);
    }

    /** snnTorch divides by zero. */
    @Test
    void equalTimesAreNormalizedToTheFirst() {
        Latency normalized =
                code.withNormalize(true).withThreshold(1e-9).withEpsilon(0).withFirstSpikeTime(2);
        assertArrayEquals(new float[] {2, 2}, times(normalized, 10, 1, 1));
        assertArrayEquals(new float[] {0, 0}, times(code.withNormalize(true).withLinear(true), 10, 2, 2));
    }

    @Test
    void epsilonKeepsTimesFinite() {
        Latency lost = code.withThreshold(0.5).withEpsilon(1e-9);
        assertEquals(Float.POSITIVE_INFINITY, times(lost, 10, 0.1f)[0]);
        assertInvalid(
                "a spike time is infinite, because float32 loses epsilon, 1.0E-9, beside the threshold, 0.5",
                () -> times(lost.withNormalize(true), 10, 0.1f));
    }

    /** snnTorch returns NaN. */
    @Test
    void refusesToNormalizeTimesThatFloatsCannotHold() {
        assertInvalid(
                "spike times are in [-Infinity, 8.91] before they are normalized, expected a finite range",
                () -> times(code.withNormalize(true).withLinear(true), 10, 3e38f, 0));
    }

    @Test
    void silencesDataBelowTheThreshold() {
        FloatMatrix data = FloatMatrix.vector(arena, 0, 0.25f, 0.5f);
        FloatMatrix times = FloatMatrix.vector(arena, 7, 8, 9);
        code.withThreshold(0.25).silence(data, times);
        assertArrayEquals(new float[] {Float.POSITIVE_INFINITY, 8, 9}, times.toArray());
    }

    @Test
    void countsSteps() {
        assertEquals(4, Latency.steps(FloatMatrix.vector(arena, 1, 3.4f, 0)));
        assertEquals(3, Latency.steps(FloatMatrix.vector(arena, 2.5f)));
        assertInvalid(
                "the last spike time is Infinity, expected one that is finite and not before 0",
                () -> Latency.steps(FloatMatrix.vector(arena, Float.POSITIVE_INFINITY)));
        assertThrows(IllegalArgumentException.class, () -> Latency.steps(FloatMatrix.vector(arena, -2)));
        assertThrows(IllegalArgumentException.class, () -> Latency.steps(FloatMatrix.vector(arena, 1, Float.NaN)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, 1.5, -0.1, Double.NaN})
    void refusesThresholds(double threshold) {
        assertInvalid(
                "threshold is " + threshold + ", expected more than 0 and less than 1",
                () -> code.withThreshold(threshold));
    }

    @Test
    void refusesOptionsOutOfRange() {
        for (double tau : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertInvalid("tau is " + tau + ", expected a finite number above 0", () -> code.withTau(tau));
        }
        for (double epsilon : new double[] {-1e-9, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertInvalid(
                    "epsilon is " + epsilon + ", expected a finite number of at least 0",
                    () -> code.withEpsilon(epsilon));
        }
        assertInvalid("firstSpikeTime is -1, expected at least 0", () -> code.withFirstSpikeTime(-1));
        assertInvalid(
                "firstSpikeTime is 5, expected less than the steps, 5", () -> times(code.withFirstSpikeTime(5), 5, 1));
        assertThrows(IllegalArgumentException.class, () -> times(code, 0, 1));
    }

    @Test
    void refusesDataThatGiveNoTime() {
        assertInvalid("data has values in [NaN, NaN], expected finite numbers", () -> times(code, 5, 0, Float.NaN));
        assertInvalid(
                "data has values in [0.0, Infinity], expected finite numbers",
                () -> times(code, 5, 0, Float.POSITIVE_INFINITY));
        assertInvalid(
                "data has values in [-1.0, 2.0], expected them in [0, 1] with a first spike time",
                () -> times(code.withFirstSpikeTime(1), 5, -1, 2));
        FloatMatrix data = FloatMatrix.vector(arena, 0, 1);
        assertInvalid(
                "a normalized code needs the number of steps",
                () -> code.withNormalize(true).times(data, data));
        assertInvalid("times is [1 x 3], expected [1 x 2]", () -> code.times(data, FloatMatrix.zeros(arena, 1, 3)));
    }
}

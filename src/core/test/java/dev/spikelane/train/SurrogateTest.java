package dev.spikelane.train;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@EveryWidth
final class SurrogateTest {

    private final FloatMatrix distance = FloatMatrix.vector(-1, -0.25f, 0, 0.25f, 1);
    private final FloatMatrix gradient = FloatMatrix.vector(1, 2, 3, 4, 5);
    private final FloatMatrix out = FloatMatrix.zeros(1, 5);

    @Test
    void aCustomOneIsCalledForEachNeuron() {
        Surrogate mine = Surrogate.custom("mine", (x, g) -> g * Math.max(0, 1 - Math.abs(x)));
        mine.backward(distance, gradient, out);
        assertArrayEquals(new float[] {0, 1.5f, 3, 3, 0}, out.toArray());
        assertEquals("mine", mine.name());
    }

    @Test
    void namesAndParametersAreSnnTorchs() {
        assertEquals("atan", Surrogate.atan().name());
        assertEquals(Map.of("alpha", 2.0), Surrogate.atan().parameters());
        assertEquals(Map.of("slope", 25.0, "B", 1.0), Surrogate.sfs().parameters());
        assertEquals(
                Map.of("beta", 1.0, "slope", 25.0), Surrogate.spikeRateEscape().parameters());
        assertEquals(
                "spike_rate_escape{beta=1.0, slope=25.0}",
                Surrogate.spikeRateEscape().toString());
        assertEquals(Surrogate.lso(0.1), Surrogate.lso());
    }

    /** Slopes of smoothed steps: their integral is the step, and they are largest at the threshold. */
    @Test
    void smoothedStepsAreAsHighAsTheStep() {
        int count = 4_001;
        FloatMatrix x = FloatMatrix.zeros(1, count);
        FloatMatrix one = FloatMatrix.zeros(1, count);
        FloatMatrix slope = FloatMatrix.zeros(1, count);
        for (int i = 0; i < count; i++) {
            x.set(0, i, (i - 2_000) / 500f);
            one.set(0, i, 1);
        }
        for (Surrogate each : List.of(Surrogate.gaussian(0.6), Surrogate.boxcar(1.201), Surrogate.tent(1.25, 1.25))) {
            each.backward(x, one, slope);
            double sum = 0;
            for (int i = 0; i < count; i++) {
                sum += slope.get(0, i) / 500;
                assertEquals(slope.get(0, i), slope.get(0, count - 1 - i), each.name());
                assertTrue(slope.get(0, i) <= slope.get(0, 2_000), each.name());
            }
            assertEquals(1, sum, 1e-3, each.name());
        }
        assertEquals("gaussian{sigma=0.6}", Surrogate.gaussian(0.6).toString());
        assertThrows(IllegalArgumentException.class, () -> Surrogate.gaussian(0));
        assertThrows(IllegalArgumentException.class, () -> Surrogate.boxcar(1e-46));
        assertThrows(IllegalArgumentException.class, () -> Surrogate.tent(1, -1));
    }

    @Test
    void theSigmoidIsFiniteFarBelowTheThreshold() {
        FloatMatrix far = FloatMatrix.vector(-100, -3.6f, 3.6f, 1e30f, -1e30f);
        Surrogate.sigmoid().backward(far, gradient, out);
        for (int i = 0; i < 5; i++) {
            assertEquals(0, out.get(0, i), 1e-30f, "x " + far.get(0, i));
        }
    }

    @Test
    void saysWhatIsWrong() {
        assertInvalid(
                "slope is Infinity, expected a number that is finite in float32",
                () -> Surrogate.fastSigmoid(Double.POSITIVE_INFINITY));
        assertInvalid("beta is -1.0, expected at least 0", () -> Surrogate.spikeRateEscape(-1, 25));
        assertIllegalState(
                "surrogate SSO draws random numbers, expected draws",
                () -> Surrogate.sso().backward(distance, gradient, out));
    }
}

package dev.spikelane.train;

import static dev.spikelane.Failures.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
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
        assertMessage(
                IllegalArgumentException.class,
                "slope is Infinity, expected a number that is finite in float32",
                () -> Surrogate.fastSigmoid(Double.POSITIVE_INFINITY));
        assertMessage(
                IllegalArgumentException.class,
                "beta is -1.0, expected at least 0",
                () -> Surrogate.spikeRateEscape(-1, 25));
        assertMessage(
                IllegalStateException.class,
                "surrogate SSO draws random numbers, expected draws",
                () -> Surrogate.sso().backward(distance, gradient, out));
    }
}

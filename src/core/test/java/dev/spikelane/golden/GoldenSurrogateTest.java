package dev.spikelane.golden;

import static dev.spikelane.Filled.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.train.Surrogate;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Surrogate gradients equal snnTorch's, or its documentation if it returns NaN or raises an error. */
@EveryWidth
class GoldenSurrogateTest {

    @Test
    void surrogates() {
        GoldenSet.of("surrogate").check(golden -> {
            Surrogate surrogate = surrogate(golden);
            float[] x = golden.floats("x");
            if (golden.raises().isPresent()) {
                requireLeakyOperator(golden, surrogate, x);
                return;
            }
            byte[] spikes = bytes(x.length, i -> (byte) (x[i] > 0 ? 1 : 0));
            golden.assertSpikes("spk", spikes);
            if (surrogate.isRandom()) {
                requireNoise(golden, surrogate, x);
                return;
            }
            float[] ones = new float[x.length];
            Arrays.fill(ones, 1);
            assertClose(golden, "grad", x, backward(surrogate, x, ones));
            assertClose(golden, "grad_times_upstream", x, backward(surrogate, x, golden.floats("upstream")));
        });
    }

    /** snnTorch returns NaN for gradients so small that they count as zero. */
    private static void assertClose(GoldenCase golden, String output, float[] x, float[] got) {
        float[] want = golden.floats(output);
        float[] filled = got.clone();
        for (int i = 0; i < want.length; i++) {
            if (Float.isNaN(want[i]) && !Float.isNaN(x[i])) {
                assertEquals(0, got[i], 1e-30f, golden + ": " + output + " at x " + x[i]);
                filled[i] = Float.NaN;
            }
        }
        golden.assertClose(output, filled);
    }

    private static float[] backward(Surrogate surrogate, float[] x, float... gradient) {
        FloatMatrix out = FloatMatrix.zeros(1, x.length);
        surrogate.backward(FloatMatrix.vector(x), FloatMatrix.vector(gradient), out);
        return out.toArray();
    }

    private static void requireNoise(GoldenCase golden, Surrogate surrogate, float... x) {
        CounterRandom.Draws draws = CounterRandom.Draws.surrogate(7, 0, 1);
        draws.setSamples(new int[] {3}, 0, 1);
        FloatMatrix out = FloatMatrix.zeros(1, x.length);
        float[] ones = new float[x.length];
        Arrays.fill(ones, 1);
        surrogate.backward(FloatMatrix.vector(x), FloatMatrix.vector(ones), out, draws, 5, 0);
        float low = golden.number("low");
        float high = golden.number("high");
        double sum = 0;
        int below = 0;
        for (int i = 0; i < x.length; i++) {
            float got = out.get(0, i);
            if (x[i] > 0) {
                assertEquals(1, got, golden + " at x " + x[i]);
            } else {
                assertTrue(got >= low - 1e-6f && got <= high + 1e-6f, golden + ": " + got + " at x " + x[i]);
                sum += got;
                below++;
            }
        }
        double spread = (high - low) / Math.sqrt(12 * Math.max(1, below));
        assertEquals((low + high) / 2, below == 0 ? (low + high) / 2 : sum / below, 5 * spread, golden + ": mean");
    }

    private static void requireLeakyOperator(GoldenCase golden, Surrogate surrogate, float... x) {
        assertEquals("LSO", golden.text("kind"), golden + " raises " + golden.raises());
        float[] ones = new float[x.length];
        Arrays.fill(ones, 1);
        float[] got = backward(surrogate, x, ones);
        for (int i = 0; i < x.length; i++) {
            assertEquals(x[i] > 0 ? 1 : golden.number("slope"), got[i], golden + " at x " + x[i]);
        }
    }

    private static Surrogate surrogate(GoldenCase golden) {
        return surrogate(golden.parameters());
    }

    /** Returns a surrogate, with snnTorch's defaults. */
    static Surrogate surrogate(JsonNode options) {
        return switch (options.path("kind").asText()) {
            case "atan" -> Surrogate.atan(options.path("alpha").asDouble(2));
            case "fast_sigmoid" -> Surrogate.fastSigmoid(options.path("slope").asDouble(25));
            case "sigmoid" -> Surrogate.sigmoid(options.path("slope").asDouble(25));
            case "straight_through_estimator" -> Surrogate.straightThrough();
            case "triangular" -> Surrogate.triangular(options.path("threshold").asDouble(1));
            case "heaviside" -> Surrogate.heaviside();
            case "spike_rate_escape" ->
                Surrogate.spikeRateEscape(
                        options.path("beta").asDouble(1), options.path("slope").asDouble(25));
            case "SSO" ->
                Surrogate.sso(
                        options.path("mean").asDouble(0),
                        options.path("variance").asDouble(0.2));
            case "LSO" -> Surrogate.lso(options.path("slope").asDouble(0.1));
            case "SFS" ->
                Surrogate.sfs(
                        options.path("slope").asDouble(25), options.path("B").asDouble(1));
            default -> throw new IllegalArgumentException("surrogate " + options.path("kind"));
        };
    }
}

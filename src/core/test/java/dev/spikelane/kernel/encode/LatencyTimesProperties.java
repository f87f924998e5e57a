package dev.spikelane.kernel.encode;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Logarithm;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class LatencyTimesProperties extends KernelCase {

    private static final float THRESHOLD = 0.05f;

    @Property(tries = 200)
    void logarithmicIsThatOfTheSpecification(
            @Size int neurons, @UpTo(3) int batch, @ForAll boolean lostEpsilon, @ForAll long seed) {
        FloatMatrix data = data(batch, neurons, new Random(seed));
        float lowest = lostEpsilon ? THRESHOLD : (float) (THRESHOLD + 1e-7);
        FloatMatrix expected = FloatMatrix.zeros(arena, batch, neurons);
        for (int row = 0; row < batch; row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                float x = Math.max(data.get(row, neuron), lowest);
                expected.set(row, neuron, 1.7f * Logarithm.of(x / (x - THRESHOLD)) + 3);
            }
        }
        LatencyTimes.logarithmic(data, THRESHOLD, lowest, 1.7f, 3, data);
        assertSameBits(expected, data, "in place");
        Matrices.assertZeroPads(data, "times");
    }

    @Property(tries = 200)
    void linearTimesAreRescaled(@Size int neurons, @UpTo(3) int batch, @ForAll long seed) {
        FloatMatrix data = data(batch, neurons, new Random(seed));
        FloatMatrix expected = FloatMatrix.zeros(arena, batch, neurons);
        FloatMatrix rescaled = FloatMatrix.zeros(arena, batch, neurons);
        for (int row = 0; row < batch; row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                float time = Math.min(-7 * (data.get(row, neuron) - 1), 6.5f) + 2;
                expected.set(row, neuron, time);
                rescaled.set(row, neuron, (time - 1) * 1.5f * 19 / 3 + 0.25f);
            }
        }
        LatencyTimes.linear(data, 7, 6.5f, 2, data);
        assertSameBits(expected, data, "linear, in place");
        LatencyTimes.rescale(data, 1, 1.5f, 19, 3, 0.25f);
        assertSameBits(rescaled, data, "rescaled");
    }

    @Property(tries = 200)
    void belowTheThresholdIsSilence(@Size int neurons, @UpTo(3) int batch, @ForAll long seed) {
        Random random = new Random(seed);
        FloatMatrix data = data(batch, neurons, random);
        FloatMatrix times = data(batch, neurons, random);
        FloatMatrix expected = FloatMatrix.zeros(arena, batch, neurons);
        for (int row = 0; row < batch; row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                boolean below = data.get(row, neuron) < THRESHOLD;
                expected.set(row, neuron, below ? Float.POSITIVE_INFINITY : times.get(row, neuron));
            }
        }
        LatencyTimes.silence(data, THRESHOLD, times);
        assertSameBits(expected, times, "silence");
    }

    /** Data in [0, 1], some at the threshold, its neighbors, and the ends. */
    private FloatMatrix data(int rows, int columns, Random random) {
        float[] special = {0, 1, THRESHOLD, Math.nextUp(THRESHOLD), Math.nextDown(THRESHOLD), -0.0f, 0.5f, 3, -2};
        FloatMatrix data = FloatMatrix.zeros(arena, rows, columns);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                boolean isSpecial = random.nextInt(4) == 0;
                data.set(row, column, isSpecial ? special[random.nextInt(special.length)] : random.nextFloat());
            }
        }
        return data;
    }

    @Property
    void logarithmIsWithinOneUnitInTheLastPlace(@UpTo(value = 0x7f7fffff, from = 0x3f800000) int bits) {
        float x = Float.intBitsToFloat(bits);
        double exact = StrictMath.log(x);
        assertTrue(Math.abs(Logarithm.of(x) - exact) <= Math.ulp((float) exact), () -> "log " + x);
    }

    @Example
    void logarithmOfTheEnds() {
        assertEquals(0f, Logarithm.of(1));
        assertEquals(Float.POSITIVE_INFINITY, Logarithm.of(Float.POSITIVE_INFINITY));
        assertEquals((float) Math.log(2), Logarithm.of(2));
        assertEquals((float) Math.log(1.5), Logarithm.of(1.5f));
        assertEquals((float) Math.log(Math.nextDown(1.5f)), Logarithm.of(Math.nextDown(1.5f)));
    }

    @Example
    void refusesShapesThatDiffer() {
        FloatMatrix data = FloatMatrix.zeros(arena, 2, 5);
        FloatMatrix times = FloatMatrix.zeros(arena, 2, 6);
        String message = "data is [2 x 5], expected [2 x 6]";
        assertInvalid(message, () -> LatencyTimes.logarithmic(data, 0.1f, 0.2f, 1, 0, times));
        assertInvalid(message, () -> LatencyTimes.linear(data, 1, 1, 0, times));
        assertInvalid(message, () -> LatencyTimes.silence(data, 0.1f, times));
    }
}

package dev.spikelane.kernel.encode;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;

/**
 * Finds where data rise or fall by a threshold from one step to the next.
 *
 * <p>{@code rises = (data[step] - data[step - 1] >= threshold)},
 * {@code falls = (data[step] - data[step - 1] <= -threshold)}, the difference in float32. Before the first step the
 * data are 0, or as in the first step (padding). A difference that is NaN neither rises nor falls.
 */
public final class DeltaSpikes {

    private DeltaSpikes() {}

    /**
     * Writes a spike where the data rise.
     *
     * @param data {@code [steps * batch x neurons]}, time-major
     * @param batch samples in a step
     * @param threshold the smallest difference that fires
     * @param padding whether the first step is compared with itself and not with 0
     * @param spikes {@code [steps * batch x neurons]}, overwritten
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void rises(FloatMatrix data, int batch, float threshold, boolean padding, SpikeMatrix spikes) {
        fire(data, batch, 1, threshold, padding, spikes);
    }

    /**
     * Writes a spike where the data fall.
     *
     * @param data {@code [steps * batch x neurons]}, time-major
     * @param batch samples in a step
     * @param threshold the smallest difference that fires
     * @param padding whether the first step is compared with itself and not with 0
     * @param spikes {@code [steps * batch x neurons]}, overwritten
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void falls(FloatMatrix data, int batch, float threshold, boolean padding, SpikeMatrix spikes) {
        fire(data, batch, -1, threshold, padding, spikes);
    }

    /**
     * Writes 1 where the data rise, -1 where they fall, and 0 elsewhere or, with a threshold of 0 or less, where they
     * do both.
     *
     * @param data {@code [steps * batch x neurons]}, time-major
     * @param batch samples in a step
     * @param threshold the smallest difference that fires
     * @param padding whether the first step is compared with itself and not with 0
     * @param spikes {@code [steps * batch x neurons]}, overwritten; shares no memory with the data
     * @throws IllegalArgumentException if a shape does not fit, or the spikes share memory with the data
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void signed(FloatMatrix data, int batch, float threshold, boolean padding, FloatMatrix spikes) {
        checkData(data, batch);
        spikes.requireShape("spikes", data.rows(), data.columns());
        Checks.apart("spikes", spikes, "data", data);
        for (int row = 0; row < data.rows(); row++) {
            int before = row < batch ? row : row - batch;
            boolean fromZero = row < batch && !padding;
            if (SimdWidth.VECTOR) {
                DeltaSpikesVector.signedRow(data, row, before, fromZero, threshold, spikes);
            } else {
                signedScalar(data, row, before, fromZero, threshold, spikes);
            }
        }
    }

    private static void fire(
            FloatMatrix data, int batch, float sign, float threshold, boolean padding, SpikeMatrix spikes) {
        checkData(data, batch);
        spikes.requireShape("spikes", data.rows(), data.columns());
        for (int row = 0; row < data.rows(); row++) {
            int before = row < batch ? row : row - batch;
            boolean fromZero = row < batch && !padding;
            if (SimdWidth.VECTOR) {
                DeltaSpikesVector.row(data, row, before, fromZero, sign, threshold, spikes);
            } else {
                scalar(data, row, before, fromZero, sign, threshold, spikes);
            }
        }
    }

    private static void checkData(FloatMatrix data, int batch) {
        Checks.range("batch", 0, batch, data.rows());
        Checks.wholeSteps(data.rows(), batch);
        data.requireShape("data", data.rows(), data.columns());
    }

    /** The specification: one neuron after the other; {@code sign} is 1 for what rises, -1 for what falls. */
    static void scalar(
            FloatMatrix data, int row, int before, boolean fromZero, float sign, float threshold, SpikeMatrix spikes) {
        for (int word = 0; word < spikes.stride(); word++) {
            long bits = 0;
            int neurons = Math.min(spikes.columns() - word * Long.SIZE, Long.SIZE);
            for (int neuron = 0; neuron < neurons; neuron++) {
                if (sign * difference(data, row, before, fromZero, word * Long.SIZE + neuron) >= threshold) {
                    bits |= 1L << neuron;
                }
            }
            spikes.segment().set(JAVA_LONG, spikes.rowOffset(row) + (long) word * Long.BYTES, bits);
        }
    }

    /** The specification of signed spikes. */
    static void signedScalar(
            FloatMatrix data, int row, int before, boolean fromZero, float threshold, FloatMatrix spikes) {
        for (int neuron = 0; neuron < data.columns(); neuron++) {
            float difference = difference(data, row, before, fromZero, neuron);
            float rises = difference >= threshold ? 1 : 0;
            float falls = difference <= -threshold ? 1 : 0;
            spikes.segment().set(JAVA_FLOAT, spikes.rowOffset(row) + (long) neuron * Float.BYTES, rises - falls);
        }
    }

    private static float difference(FloatMatrix data, int row, int before, boolean fromZero, int neuron) {
        long at = (long) neuron * Float.BYTES;
        float now = data.segment().get(JAVA_FLOAT, data.rowOffset(row) + at);
        return fromZero ? now : now - data.segment().get(JAVA_FLOAT, data.rowOffset(before) + at);
    }
}

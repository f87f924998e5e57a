package dev.spikelane.kernel.encode;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;

/**
 * Counts the spikes of every neuron over time.
 *
 * <p>{@code counts[sample][neuron] += sum over the steps of spike[step][sample][neuron]}. Counts are float32 and exact
 * up to 2^24.
 */
public final class SpikeCount {

    private SpikeCount() {}

    /**
     * Adds the spikes of the first rows.
     *
     * @param spikes {@code [at least rows x neurons]}, time-major
     * @param rows the number of rows, whole steps
     * @param counts {@code [batch x neurons]}, updated
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void add(SpikeMatrix spikes, int rows, FloatMatrix counts) {
        Checks.rows("spikes", spikes.rows(), rows);
        Checks.wholeSteps(rows, counts.rows());
        spikes.requireShape("spikes", spikes.rows(), spikes.columns());
        counts.requireShape("counts", counts.rows(), spikes.columns());
        if (SimdWidth.VECTOR) {
            SpikeCountVector.add(spikes, rows, counts);
        } else {
            scalar(spikes, rows, counts);
        }
    }

    /** The specification: adds one spike after the other. */
    static void scalar(SpikeMatrix spikes, int rows, FloatMatrix counts) {
        for (int row = 0; row < rows; row++) {
            long countRow = counts.rowOffset(row % counts.rows());
            for (int word = 0; word < spikes.stride(); word++) {
                long bits = spikes.segment().get(JAVA_LONG, spikes.rowOffset(row) + (long) word * Long.BYTES);
                for (; bits != 0; bits &= bits - 1) {
                    long neuron = (long) word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                    long at = countRow + neuron * Float.BYTES;
                    counts.segment().set(JAVA_FLOAT, at, counts.segment().get(JAVA_FLOAT, at) + 1);
                }
            }
        }
    }
}

package dev.spikelane.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/**
 * Converts spikes, one bit each, to float32 values, for products of floats.
 *
 * <p>{@code values[r][i] = 1} if neuron i fires in row {@code first + r}, else 0.
 */
public final class SpikeExpand {

    private SpikeExpand() {}

    /**
     * Converts {@code count} rows, from {@code first} on, to the first rows of the values.
     *
     * @throws IllegalArgumentException if a shape does not fit, or there are too few rows
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void expand(SpikeMatrix spikes, int first, int count, FloatMatrix values) {
        Checks.rows("values", values.rows(), count);
        Checks.range("row", first, first + count, spikes.rows());
        spikes.requireShape("spikes", spikes.rows(), spikes.columns());
        values.requireShape("values", values.rows(), spikes.columns());
        for (int row = 0; row < count; row++) {
            if (SimdWidth.VECTOR) {
                SpikeExpandVector.row(spikes, first + row, values, row);
            } else {
                scalar(spikes, first + row, values, row);
            }
        }
    }

    static void scalar(SpikeMatrix spikes, int spikeRow, FloatMatrix values, int valueRow) {
        for (int neuron = 0; neuron < spikes.columns(); neuron++) {
            long word = spikes.segment()
                    .get(JAVA_LONG, spikes.rowOffset(spikeRow) + (long) (neuron / Long.SIZE) * Long.BYTES);
            float value = (word >>> neuron & 1) != 0 ? 1 : 0;
            values.segment().set(JAVA_FLOAT, values.rowOffset(valueRow) + (long) neuron * Float.BYTES, value);
        }
    }
}

package dev.spikelane.kernel.base;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.ValueLayout;

/**
 * A row of spikes that fire with given probabilities: {@code uniform(key, neuron) < data * gain + offset}, the product and the sum
 * rounded to float32 one after the other. Rate coding draws with it, and so does dropout.
 */
public final class BernoulliRow {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

    private BernoulliRow() {}

    /** Draws some words of a row. */
    public static void row(
            long key,
            FloatMatrix data,
            int dataRow,
            float gain,
            float offset,
            SpikeMatrix spikes,
            int row,
            int firstWord,
            int endWord) {
        if (SimdWidth.VECTOR) {
            BernoulliRowVector.row(key, data, dataRow, gain, offset, spikes, row, firstWord, endWord);
        } else {
            scalar(key, data, dataRow, gain, offset, spikes, row, firstWord, endWord);
        }
    }

    /** The specification: one neuron after the other. */
    public static void scalar(
            long key,
            FloatMatrix data,
            int dataRow,
            float gain,
            float offset,
            SpikeMatrix spikes,
            int row,
            int firstWord,
            int endWord) {
        for (int word = firstWord; word < endWord; word++) {
            long bits = 0;
            int neurons = Math.min(spikes.columns() - word * Long.SIZE, Long.SIZE);
            for (int neuron = 0; neuron < neurons; neuron++) {
                long column = (long) word * Long.SIZE + neuron;
                float value = data.segment().get(FLOAT, data.rowOffset(dataRow) + column * Float.BYTES);
                if (CounterRandom.uniform(key, (int) column) < value * gain + offset) {
                    bits |= 1L << neuron;
                }
            }
            spikes.segment().set(WORD, spikes.rowOffset(row) + (long) word * Long.BYTES, bits);
        }
    }
}

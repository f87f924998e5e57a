package dev.spikelane.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;

/**
 * Draws a row of spikes that fire with given probabilities: {@code uniform(key, neuron) < data * gain + offset}. The
 * product and the sum are each rounded to float32. Rate coding and dropout use it.
 */
public final class BernoulliRow {

    final float gain;
    final float offset;

    public BernoulliRow(float gain, float offset) {
        this.gain = gain;
        this.offset = offset;
    }

    public void row(long key, FloatMatrix data, int dataRow, SpikeMatrix spikes, int row) {
        if (SimdWidth.VECTOR) {
            BernoulliRowVector.row(this, key, data, dataRow, spikes, row, 0, spikes.stride());
        } else {
            scalar(key, data, dataRow, spikes, row, 0, spikes.stride());
        }
    }

    public void words(long key, FloatMatrix data, SpikeMatrix spikes, int row, int firstWord, int endWord) {
        if (SimdWidth.VECTOR) {
            BernoulliRowVector.row(this, key, data, 0, spikes, row, firstWord, endWord);
        } else {
            scalar(key, data, 0, spikes, row, firstWord, endWord);
        }
    }

    public void scalar(long key, FloatMatrix data, int dataRow, SpikeMatrix spikes, int row) {
        scalar(key, data, dataRow, spikes, row, 0, spikes.stride());
    }

    private void scalar(
            long key, FloatMatrix data, int dataRow, SpikeMatrix spikes, int row, int firstWord, int endWord) {
        for (int word = firstWord; word < endWord; word++) {
            long bits = 0;
            int neurons = Math.min(spikes.columns() - word * Long.SIZE, Long.SIZE);
            for (int neuron = 0; neuron < neurons; neuron++) {
                long column = (long) word * Long.SIZE + neuron;
                float value = data.segment().get(JAVA_FLOAT, data.rowOffset(dataRow) + column * Float.BYTES);
                if (CounterRandom.uniform(key, (int) column) < value * gain + offset) {
                    bits |= 1L << neuron;
                }
            }
            spikes.segment().set(JAVA_LONG, spikes.rowOffset(row) + (long) word * Long.BYTES, bits);
        }
    }
}

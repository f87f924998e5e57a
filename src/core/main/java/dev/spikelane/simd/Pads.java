package dev.spikelane.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

public final class Pads {

    private Pads() {}

    public static void clear(FloatMatrix matrix, int row) {
        long offset = matrix.rowOffset(row);
        for (int column = matrix.columns(); column < matrix.stride(); column++) {
            matrix.segment().set(JAVA_FLOAT, offset + (long) column * Float.BYTES, 0f);
        }
    }

    public static void clear(SpikeMatrix spikes, int row) {
        int word = spikes.stride() - 1;
        long at = spikes.rowOffset(row) + (long) word * Long.BYTES;
        spikes.segment().set(JAVA_LONG, at, spikes.segment().get(JAVA_LONG, at) & neuronsOfWord(spikes, word));
    }

    public static long neuronsOfWord(SpikeMatrix spikes, int word) {
        int neurons = spikes.columns() - word * Long.SIZE;
        return neurons >= Long.SIZE ? -1L : (1L << neurons) - 1;
    }
}

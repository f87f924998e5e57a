package dev.spikelane.kernel.pool;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads the spikes of a row from any column on. */
final class SpikeBits {

    /** Spikes that can be read from any column on; from a multiple of 8 on, 64 can be read. */
    static final int COUNT = Long.SIZE - Byte.SIZE + 1;

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

    private SpikeBits() {}

    /**
     * Returns the spikes from a column on, the first in the lowest bit. Spikes after {@link #COUNT} or after the row
     * are arbitrary.
     */
    static long at(SpikeMatrix spikes, MemorySegment fired, int row, int column) {
        int first = Math.min(column / Byte.SIZE, (spikes.stride() - 1) * Long.BYTES);
        return fired.get(WORD, spikes.rowOffset(row) + first) >>> column - first * Byte.SIZE;
    }
}

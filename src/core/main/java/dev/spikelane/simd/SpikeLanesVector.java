package dev.spikelane.simd;

import static dev.spikelane.simd.Lanes.COUNT;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Loads and stores the spikes of one vector of neurons in a row: two bytes for 16 lanes, one for 8, half of one for 4,
 * on a little-endian CPU. A loop that stores them has no dependence from one vector to the next, as gathering words
 * would, so C2 unrolls it.
 */
public final class SpikeLanesVector {

    private static final int LANES = 0xF;

    private SpikeLanesVector() {}

    /** Returns the spikes of vector i of a row at an offset; bits after its lanes are arbitrary. */
    public static long load(MemorySegment spikes, long row, int i) {
        if (COUNT == Short.SIZE) {
            return spikes.get(JAVA_SHORT_UNALIGNED, row + (long) i * Short.BYTES);
        }
        if (COUNT == Byte.SIZE) {
            return spikes.get(JAVA_BYTE, row + i);
        }
        return spikes.get(JAVA_BYTE, row + (i >> 1)) >> (i & 1) * COUNT;
    }

    /** Stores the spikes of vector i, and keeps the other half of a shared byte. */
    public static void store(MemorySegment spikes, long row, int i, long bits) {
        if (COUNT == Short.SIZE) {
            spikes.set(JAVA_SHORT_UNALIGNED, row + (long) i * Short.BYTES, (short) bits);
        } else if (COUNT == Byte.SIZE) {
            spikes.set(JAVA_BYTE, row + i, (byte) bits);
        } else {
            long at = row + (i >> 1);
            int shift = (i & 1) * COUNT;
            spikes.set(JAVA_BYTE, at, (byte) (spikes.get(JAVA_BYTE, at) & ~(LANES << shift) | bits << shift));
        }
    }
}

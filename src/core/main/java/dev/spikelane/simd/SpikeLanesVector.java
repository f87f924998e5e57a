package dev.spikelane.simd;

import static dev.spikelane.simd.Lanes.COUNT;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The spikes of one vector of neurons in a row of spikes: two bytes of it for 16 lanes, one for 8, half of one for 4,
 * on a little-endian CPU. A loop that stores them carries nothing from one vector to the next, as it would if it
 * gathered words; then C2 unrolls it.
 */
public final class SpikeLanesVector {

    /** The bits of a vector of 4. */
    private static final int LANES = 0xF;

    private SpikeLanesVector() {}

    /** The spikes of vector i of the row at an offset; bits beyond its lanes are arbitrary. */
    public static long load(MemorySegment spikes, long row, int i) {
        if (COUNT == Short.SIZE) {
            return spikes.get(JAVA_SHORT_UNALIGNED, row + (long) i * Short.BYTES);
        }
        if (COUNT == Byte.SIZE) {
            return spikes.get(JAVA_BYTE, row + i);
        }
        return spikes.get(JAVA_BYTE, row + (i >> 1)) >> (i & 1) * COUNT;
    }

    /** Stores the spikes of vector i; those of another that shares its byte stay. */
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

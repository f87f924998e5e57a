package dev.spikelane.kernel.base;

import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.VectorMask;

/**
 * The spikes of one vector of neurons in a row of spikes: two bytes of it for 16 lanes, one for 8, half of one for 4, on a little-endian CPU. A loop that stores them
 * carries nothing from one vector to the next, as it would if it gathered words; then C2 unrolls it.
 */
public final class SpikeLanesVector {

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    /** The bits of a vector of 4. */
    private static final int LANES = 0xF;

    private SpikeLanesVector() {}

    /** The spikes of vector i of the row at an offset. */
    public static VectorMask<Float> load(MemorySegment spikes, long row, int i) {
        long bits;
        if (COUNT == Short.SIZE) {
            bits = spikes.get(SHORT, row + (long) i * Short.BYTES);
        } else if (COUNT == Byte.SIZE) {
            bits = spikes.get(BYTE, row + i);
        } else {
            bits = spikes.get(BYTE, row + (i >> 1)) >> (i & 1) * COUNT;
        }
        return VectorMask.fromLong(FLOAT, bits);
    }

    /** Stores the spikes of vector i; those of another that shares its byte stay. */
    public static void store(MemorySegment spikes, long row, int i, VectorMask<Float> fired) {
        long bits = fired.toLong();
        if (COUNT == Short.SIZE) {
            spikes.set(SHORT, row + (long) i * Short.BYTES, (short) bits);
        } else if (COUNT == Byte.SIZE) {
            spikes.set(BYTE, row + i, (byte) bits);
        } else {
            long at = row + (i >> 1);
            int shift = (i & 1) * COUNT;
            spikes.set(BYTE, at, (byte) (spikes.get(BYTE, at) & ~(LANES << shift) | bits << shift));
        }
    }
}

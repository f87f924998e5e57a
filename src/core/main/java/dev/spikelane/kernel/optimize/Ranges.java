package dev.spikelane.kernel.optimize;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Checks of float32 memory and of its ranges. */
final class Ranges {

    private Ranges() {}

    /** Returns the number of floats in a segment. */
    static long floats(String name, MemorySegment segment) {
        long bytes = segment.byteSize();
        if (bytes == 0 || bytes % Float.BYTES != 0 || !segment.isNative()) {
            throw new IllegalArgumentException(
                    name + " has " + bytes + " bytes" + (segment.isNative() ? "" : " on the heap")
                            + ", expected native memory of whole floats, at least one");
        }
        return bytes / Float.BYTES;
    }

    /** Throws unless a segment has this number of floats. */
    static void sameLength(String name, MemorySegment segment, long floats) {
        long found = floats(name, segment);
        if (found != floats) {
            throw new IllegalArgumentException(name + " has " + found + " values, expected " + floats);
        }
    }

    /** Throws if two segments share memory. */
    static void apart(String name, MemorySegment segment, String otherName, MemorySegment other) {
        if (segment.address() < other.address() + other.byteSize()
                && other.address() < segment.address() + segment.byteSize()) {
            throw new IllegalArgumentException(
                    name + " shares memory with " + otherName + ", expected memory of its own");
        }
    }

    static void part(long first, long end, long floats) {
        Objects.checkFromToIndex(first, end, floats);
    }
}

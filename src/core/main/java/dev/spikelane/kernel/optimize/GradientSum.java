package dev.spikelane.kernel.optimize;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.MemorySegment;

/** Adds gradients of the parts of a batch: {@code into = into + from}, in float32, element by element. */
public final class GradientSum {

    private GradientSum() {}

    /**
     * Adds all values.
     *
     * @param into float32 values in native memory, updated
     * @param from as many values in the same order
     * @throws IllegalArgumentException if the lengths differ
     */
    public static void add(MemorySegment into, MemorySegment from) {
        if (into.byteSize() != from.byteSize()) {
            throw new IllegalArgumentException(
                    "gradient has " + from.byteSize() + " bytes, expected " + into.byteSize());
        }
        add(into, 0, from, 0, into.byteSize());
    }

    /**
     * Adds some values.
     *
     * @param into float32 values in native memory, updated
     * @param to byte offset of the first value to update
     * @param from float32 values in native memory
     * @param first byte offset of the first value to add
     * @param bytes bytes of the values
     * @throws IndexOutOfBoundsException if there are too few values
     */
    public static void add(MemorySegment into, long to, MemorySegment from, long first, long bytes) {
        long done = SimdWidth.VECTOR ? GradientSumVector.add(into, to, from, first, bytes) : 0;
        scalar(into, to, from, first, bytes, done);
    }

    /** The specification, from an offset on. */
    static void scalar(MemorySegment into, long to, MemorySegment from, long first, long bytes, long done) {
        for (long at = done; at < bytes; at += Float.BYTES) {
            into.set(JAVA_FLOAT, to + at, into.get(JAVA_FLOAT, to + at) + from.get(JAVA_FLOAT, first + at));
        }
    }
}

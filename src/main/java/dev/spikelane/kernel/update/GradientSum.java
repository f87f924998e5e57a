package dev.spikelane.kernel.update;

import dev.spikelane.kernel.base.SimdWidth;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Adds gradients of the parts of a batch: {@code into = into + from}, in float32, element by element. */
public final class GradientSum {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private GradientSum() {}

    /**
     * Adds all values.
     *
     * @param into float32 values in native memory, updated
     * @param from as long and in the same order
     * @throws IllegalArgumentException if the lengths differ
     */
    public static void add(MemorySegment into, MemorySegment from) {
        if (into.byteSize() != from.byteSize()) {
            throw new IllegalArgumentException(
                    "gradient has " + from.byteSize() + " bytes, expected " + into.byteSize());
        }
        long done = SimdWidth.VECTOR ? GradientSumVector.add(into, from) : 0;
        scalar(into, from, done);
    }

    /** The specification, from an offset on. */
    static void scalar(MemorySegment into, MemorySegment from, long first) {
        for (long at = first; at < into.byteSize(); at += Float.BYTES) {
            into.set(FLOAT, at, into.get(FLOAT, at) + from.get(FLOAT, at));
        }
    }
}

package dev.spikelane.kernel.optimize;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link GradientSum}. */
final class GradientSumVector {

    private GradientSumVector() {}

    /** Adds whole vectors, and returns their bytes. */
    static long add(MemorySegment into, long to, MemorySegment from, long first, long bytes) {
        Checks.isNative(into);
        Checks.isNative(from);
        long vectors = bytes / BYTES;
        for (long i = 0; i < vectors; i++) {
            long at = i * BYTES;
            FloatVector.fromMemorySegment(FLOAT, into, to + at, ORDER)
                    .add(FloatVector.fromMemorySegment(FLOAT, from, first + at, ORDER))
                    .intoMemorySegment(into, to + at, ORDER);
        }
        return vectors * BYTES;
    }
}

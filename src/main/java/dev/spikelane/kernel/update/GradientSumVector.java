package dev.spikelane.kernel.update;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.FLOAT;

import dev.spikelane.kernel.base.Checks;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link GradientSum}. */
final class GradientSumVector {

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private GradientSumVector() {}

    /** Adds whole vectors, and returns the offset behind the last. */
    static long add(MemorySegment into, MemorySegment from) {
        Checks.isNative(into);
        Checks.isNative(from);
        long vectors = into.byteSize() / BYTES;
        for (long i = 0; i < vectors; i++) {
            long at = i * BYTES;
            FloatVector.fromMemorySegment(FLOAT, into, at, ORDER)
                    .add(FloatVector.fromMemorySegment(FLOAT, from, at, ORDER))
                    .intoMemorySegment(into, at, ORDER);
        }
        return vectors * BYTES;
    }
}

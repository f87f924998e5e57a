package dev.spikelane.kernel.code;

import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static jdk.incubator.vector.VectorOperators.EQ;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Pads;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link OneHotInverse}. */
final class OneHotInverseVector {

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private OneHotInverseVector() {}

    static void row(FloatMatrix values, FloatMatrix inverse, int row) {
        MemorySegment from = values.segment();
        MemorySegment to = inverse.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        long offset = values.rowOffset(row);
        FloatVector zero = FloatVector.zero(FLOAT);
        for (int column = 0; column < values.columns(); column += COUNT) {
            long at = offset + (long) column * Float.BYTES;
            zero.blend(1, FloatVector.fromMemorySegment(FLOAT, from, at, ORDER).compare(EQ, 0))
                    .intoMemorySegment(to, at, ORDER);
        }
        Pads.clear(inverse, row);
    }
}

package dev.spikelane.kernel.code;

import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Pads;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link LabelRows}. */
final class LabelRowsVector {

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private LabelRowsVector() {}

    static void fill(FloatMatrix rows, int row, float others) {
        MemorySegment to = rows.segment();
        Checks.isNative(to);
        long offset = rows.rowOffset(row);
        FloatVector value = FloatVector.broadcast(FLOAT, others);
        for (int column = 0; column < rows.columns(); column += COUNT) {
            value.intoMemorySegment(to, offset + (long) column * Float.BYTES, ORDER);
        }
        Pads.clear(rows, row);
    }
}

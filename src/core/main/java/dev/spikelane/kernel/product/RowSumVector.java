package dev.spikelane.kernel.product;

import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link RowSum}. */
final class RowSumVector {

    private RowSumVector() {}

    static void add(FloatMatrix into, FloatMatrix from, int row, int intoColumn, int fromColumn, int count) {
        MemorySegment target = into.segment();
        MemorySegment source = from.segment();
        Checks.isNative(target);
        Checks.isNative(source);
        long to = into.rowOffset(row) + (long) intoColumn * Float.BYTES;
        long at = from.rowOffset(row) + (long) fromColumn * Float.BYTES;
        int bytes = count * Float.BYTES;
        for (int i = 0; i < bytes; i += Lanes.BYTES) {
            FloatVector sum = FloatVector.fromMemorySegment(Lanes.FLOAT, target, to + i, ORDER)
                    .add(FloatVector.fromMemorySegment(Lanes.FLOAT, source, at + i, ORDER));
            sum.intoMemorySegment(target, to + i, ORDER);
        }
    }
}

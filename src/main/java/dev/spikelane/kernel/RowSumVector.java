package dev.spikelane.kernel;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
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
        for (int i = 0; i < bytes; i += Simd.Lanes.BYTES) {
            FloatVector sum = FloatVector.fromMemorySegment(
                            Simd.Lanes.FLOAT, target, to + i, ByteOrder.LITTLE_ENDIAN)
                    .add(FloatVector.fromMemorySegment(Simd.Lanes.FLOAT, source, at + i, ByteOrder.LITTLE_ENDIAN));
            sum.intoMemorySegment(target, to + i, ByteOrder.LITTLE_ENDIAN);
        }
    }
}

package dev.spikelane.kernel.product.dense;

import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;
import static dev.spikelane.kernel.base.Lanes.OTHER_VECTOR;
import static dev.spikelane.kernel.base.Lanes.VECTOR;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.spikelane.kernel.base.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** {@link WideTileVector} for few lanes: eight rows by one vector, whose sums hide each other's latency. */
final class NarrowTileVector {

    static final int ROWS = 8;

    private NarrowTileVector() {}

    /** As {@link TallTileVector#addTile}. */
    static void addTile(
            MemorySegment factors,
            long a,
            long rowOfA,
            long stepOfA,
            MemorySegment vectors,
            long b,
            long stepOfB,
            MemorySegment sums,
            long c,
            long rowOfC,
            int last,
            int depth) {
        Checks.isNative(factors);
        Checks.isNative(vectors);
        Checks.isNative(sums);
        long c1 = c + Math.min(1, last) * rowOfC;
        long c2 = c + Math.min(2, last) * rowOfC;
        long c3 = c + Math.min(3, last) * rowOfC;
        long c4 = c + Math.min(4, last) * rowOfC;
        long c5 = c + Math.min(5, last) * rowOfC;
        long c6 = c + Math.min(6, last) * rowOfC;
        long c7 = c + Math.min(7, last) * rowOfC;
        long length = (ROWS - 1) * rowOfA + Float.BYTES;
        FloatVector s0 = FloatVector.fromMemorySegment(FLOAT, sums, c, ORDER);
        FloatVector s1 = FloatVector.fromMemorySegment(FLOAT, sums, c1, ORDER);
        FloatVector s2 = FloatVector.fromMemorySegment(FLOAT, sums, c2, ORDER);
        FloatVector s3 = FloatVector.fromMemorySegment(FLOAT, sums, c3, ORDER);
        FloatVector s4 = FloatVector.fromMemorySegment(FLOAT, sums, c4, ORDER);
        FloatVector s5 = FloatVector.fromMemorySegment(FLOAT, sums, c5, ORDER);
        FloatVector s6 = FloatVector.fromMemorySegment(FLOAT, sums, c6, ORDER);
        FloatVector s7 = FloatVector.fromMemorySegment(FLOAT, sums, c7, ORDER);
        for (int k = 0; k < depth; k++) {
            MemorySegment rows = factors.asSlice(a + k * stepOfA, length);
            FloatVector lanes = FloatVector.fromMemorySegment(FLOAT, vectors, b + k * stepOfB, ORDER);
            s0 = FloatVector.broadcast(FLOAT, rows.get(JAVA_FLOAT_UNALIGNED, 0)).fma(lanes, s0);
            s1 = FloatVector.broadcast(FLOAT, rows.get(JAVA_FLOAT_UNALIGNED, rowOfA))
                    .fma(lanes, s1);
            s2 = FloatVector.broadcast(FLOAT, rows.get(JAVA_FLOAT_UNALIGNED, 2 * rowOfA))
                    .fma(lanes, s2);
            s3 = FloatVector.broadcast(FLOAT, rows.get(JAVA_FLOAT_UNALIGNED, 3 * rowOfA))
                    .fma(lanes, s3);
            s4 = FloatVector.broadcast(FLOAT, rows.get(JAVA_FLOAT_UNALIGNED, 4 * rowOfA))
                    .fma(lanes, s4);
            s5 = FloatVector.broadcast(FLOAT, rows.get(JAVA_FLOAT_UNALIGNED, 5 * rowOfA))
                    .fma(lanes, s5);
            s6 = FloatVector.broadcast(FLOAT, rows.get(JAVA_FLOAT_UNALIGNED, 6 * rowOfA))
                    .fma(lanes, s6);
            s7 = FloatVector.broadcast(FLOAT, rows.get(JAVA_FLOAT_UNALIGNED, 7 * rowOfA))
                    .fma(lanes, s7);
        }
        if (s0.getClass() != VECTOR
                || s1.getClass() != VECTOR
                || s2.getClass() != VECTOR
                || s3.getClass() != VECTOR
                || s4.getClass() != VECTOR
                || s5.getClass() != VECTOR
                || s6.getClass() != VECTOR
                || s7.getClass() != VECTOR) {
            throw new AssertionError(OTHER_VECTOR);
        }
        s7.intoMemorySegment(sums, c7, ORDER);
        s6.intoMemorySegment(sums, c6, ORDER);
        s5.intoMemorySegment(sums, c5, ORDER);
        s4.intoMemorySegment(sums, c4, ORDER);
        s3.intoMemorySegment(sums, c3, ORDER);
        s2.intoMemorySegment(sums, c2, ORDER);
        s1.intoMemorySegment(sums, c1, ORDER);
        s0.intoMemorySegment(sums, c, ORDER);
    }
}

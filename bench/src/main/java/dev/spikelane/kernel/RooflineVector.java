package dev.spikelane.kernel;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** A loop in Java that only loads and adds, as C2 compiles it. */
@SuppressWarnings("NarrowCalculation") // offsets within the buffer are int on purpose
final class RooflineVector {

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private RooflineVector() {}

    static float loadAdd(MemorySegment buffer, int floats, int passes) {
        FloatVector sum = FloatVector.zero(FLOAT);
        for (int pass = 0; pass < passes; pass++) {
            sum = sum.add(pass(buffer, floats * Float.BYTES));
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    private static FloatVector pass(MemorySegment buffer, int bytes) {
        FloatVector sum0 = FloatVector.zero(FLOAT);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        FloatVector sum4 = sum0;
        FloatVector sum5 = sum0;
        FloatVector sum6 = sum0;
        FloatVector sum7 = sum0;
        for (int at = 0; at < bytes; at += 8 * BYTES) {
            sum0 = sum0.add(load(buffer, at));
            sum1 = sum1.add(load(buffer, at + BYTES));
            sum2 = sum2.add(load(buffer, at + 2 * BYTES));
            sum3 = sum3.add(load(buffer, at + 3 * BYTES));
            sum4 = sum4.add(load(buffer, at + 4 * BYTES));
            sum5 = sum5.add(load(buffer, at + 5 * BYTES));
            sum6 = sum6.add(load(buffer, at + 6 * BYTES));
            sum7 = sum7.add(load(buffer, at + 7 * BYTES));
        }
        return sum0.add(sum1).add(sum2.add(sum3)).add(sum4.add(sum5).add(sum6.add(sum7)));
    }

    private static FloatVector load(MemorySegment segment, long offset) {
        return FloatVector.fromMemorySegment(FLOAT, segment, offset, ORDER);
    }
}

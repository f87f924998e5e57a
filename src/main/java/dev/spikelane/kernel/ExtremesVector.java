package dev.spikelane.kernel;

import static dev.spikelane.kernel.Simd.Lanes.COUNT;
import static dev.spikelane.kernel.Simd.Lanes.FLOAT;
import static jdk.incubator.vector.VectorOperators.MAX;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link Extremes}. */
final class ExtremesVector {

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private ExtremesVector() {}

    static float max(FloatMatrix values, float sign) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int row = 0; row < values.rows(); row++) {
            largest = Math.max(largest, maxOfRow(values, row, sign));
        }
        return largest;
    }

    private static float maxOfRow(FloatMatrix values, int row, float sign) {
        MemorySegment segment = values.segment();
        Checks.isNative(segment);
        long offset = values.rowOffset(row);
        int columns = values.columns();
        int whole = FLOAT.loopBound(columns);
        FloatVector largest = FloatVector.broadcast(FLOAT, Float.NEGATIVE_INFINITY);
        for (int column = 0; column < whole; column += COUNT) {
            largest = largest.max(
                    FloatVector.fromMemorySegment(FLOAT, segment, offset + (long) column * Float.BYTES, ORDER)
                            .mul(sign));
        }
        // Of the last vector the lanes that are no padding.
        if (whole < columns) {
            FloatVector last = FloatVector.fromMemorySegment(FLOAT, segment, offset + (long) whole * Float.BYTES, ORDER)
                    .mul(sign);
            largest = largest.lanewise(MAX, last, FLOAT.indexInRange(whole, columns));
        }
        return largest.reduceLanes(MAX);
    }
}

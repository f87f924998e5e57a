package dev.spikelane.kernel.encode;

import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.MAX;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link Extremes}. */
final class ExtremesVector {

    private static final FloatVector NOTHING = FloatVector.broadcast(FLOAT, Float.NEGATIVE_INFINITY);

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
        FloatVector largest = FloatVector.broadcast(FLOAT, Float.NEGATIVE_INFINITY);
        // Padding is masked in all vectors: with a branch for the last one, C2 at times boxes a vector that is one or
        // the
        // other.
        for (int column = 0; column < columns; column += COUNT) {
            FloatVector value = FloatVector.fromMemorySegment(
                            FLOAT, segment, offset + (long) column * Float.BYTES, ORDER)
                    .mul(sign);
            largest = largest.max(NOTHING.blend(value, FLOAT.indexInRange(column, columns)));
        }
        return largest.reduceLanes(MAX);
    }
}

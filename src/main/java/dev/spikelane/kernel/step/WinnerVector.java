package dev.spikelane.kernel.step;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.IS_NAN;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The vector variant of {@link Winner}: in each lane the largest so far and the first vector that had it, without branches. Numbers of vectors and
 * of neurons are floats, as masks cannot be cast to another type without a price, so they must be exact in float32.
 */
final class WinnerVector {

    /** Most neurons whose numbers are floats. */
    static final int MOST = 1 << 24;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final FloatVector ZERO = FloatVector.zero(FLOAT);
    private static final FloatVector ONE = FloatVector.broadcast(FLOAT, 1f);
    private static final FloatVector NONE = FloatVector.broadcast(FLOAT, (float) MOST);
    private static final FloatVector LANES = ZERO.addIndex(1);

    private WinnerVector() {}

    static int find(FloatMatrix membrane, int row, FloatMatrix threshold) {
        MemorySegment state = membrane.segment();
        MemorySegment thresholds = threshold.segment();
        Checks.isNative(state);
        Checks.isNative(thresholds);
        long stateRow = membrane.rowOffset(row);
        int vectors = Math.ceilDiv(membrane.columns(), COUNT);
        FloatVector largest = FloatVector.broadcast(FLOAT, Float.NEGATIVE_INFINITY);
        // Not the constant: C2 boxes what is an object before the loop and a vector in it.
        FloatVector first = FloatVector.zero(FLOAT);
        FloatVector number = FloatVector.zero(FLOAT);
        FloatVector finite = FloatVector.zero(FLOAT);
        for (int i = 0; i < vectors; i++) {
            long at = (long) i * BYTES;
            FloatVector excess = FloatVector.fromMemorySegment(FLOAT, state, stateRow + at, ORDER)
                    .sub(FloatVector.fromMemorySegment(FLOAT, thresholds, at, ORDER));
            VectorMask<Float> larger = excess.compare(GT, largest);
            largest = largest.blend(excess, larger);
            first = first.blend(number, larger);
            number = number.add(ONE);
            finite = finite.add(excess.mul(ZERO));
        }
        if (finite.test(IS_NAN).anyTrue()) {
            return Winner.scalar(membrane, row, threshold);
        }
        VectorMask<Float> best = largest.compare(EQ, largest.reduceLanes(MAX));
        return (int) NONE.blend(first.mul(COUNT).add(LANES), best).reduceLanes(MIN);
    }
}

package dev.spikelane.kernel.update;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.ExponentialVector;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link Softmax}. */
final class SoftmaxVector {

    private static final FloatVector ZERO = FloatVector.zero(FLOAT);

    private SoftmaxVector() {}

    static void exponentials(FloatMatrix values, int row, float maximum, FloatMatrix exponentials, int to) {
        MemorySegment from = values.segment();
        MemorySegment out = exponentials.segment();
        Checks.isNative(from);
        Checks.isNative(out);
        FloatVector most = FloatVector.broadcast(FLOAT, maximum);
        int classes = values.columns();
        int vectors = Math.ceilDiv(classes, COUNT);
        for (int i = 0; i < vectors; i++) {
            long at = (long) i * BYTES;
            FloatVector z = FloatVector.fromMemorySegment(FLOAT, from, values.rowOffset(row) + at, ORDER);
            FloatVector e = ExponentialVector.of(z.sub(most));
            ZERO.blend(e, FLOAT.indexInRange(i * COUNT, classes))
                    .intoMemorySegment(out, exponentials.rowOffset(to) + at, ORDER);
        }
    }

    static void divide(FloatMatrix exponentials, int row, float sum, float factor) {
        MemorySegment out = exponentials.segment();
        Checks.isNative(out);
        FloatVector divisor = FloatVector.broadcast(FLOAT, sum);
        FloatVector scale = FloatVector.broadcast(FLOAT, factor);
        int classes = exponentials.columns();
        int vectors = Math.ceilDiv(classes, COUNT);
        for (int i = 0; i < vectors; i++) {
            long at = exponentials.rowOffset(row) + (long) i * BYTES;
            FloatVector p = FloatVector.fromMemorySegment(FLOAT, out, at, ORDER)
                    .div(divisor)
                    .mul(scale);
            ZERO.blend(p, FLOAT.indexInRange(i * COUNT, classes)).intoMemorySegment(out, at, ORDER);
        }
    }
}

package dev.spikelane.kernel.update;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.ExponentialVector;
import dev.spikelane.kernel.base.Pads;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link Softmax}; a mask for the last lanes was boxed, so pads are cleared behind the loop. */
final class SoftmaxVector {

    private SoftmaxVector() {}

    static void exponentials(FloatMatrix values, int row, float maximum, FloatMatrix exponentials, int to) {
        MemorySegment from = values.segment();
        MemorySegment out = exponentials.segment();
        Checks.isNative(from);
        Checks.isNative(out);
        FloatVector most = FloatVector.broadcast(FLOAT, maximum);
        int vectors = Math.ceilDiv(values.columns(), COUNT);
        for (int i = 0; i < vectors; i++) {
            long at = (long) i * BYTES;
            FloatVector z = FloatVector.fromMemorySegment(FLOAT, from, values.rowOffset(row) + at, ORDER);
            ExponentialVector.of(z.sub(most)).intoMemorySegment(out, exponentials.rowOffset(to) + at, ORDER);
        }
        Pads.clear(exponentials, to);
    }

    static void divide(FloatMatrix exponentials, int row, float sum, float factor) {
        MemorySegment out = exponentials.segment();
        Checks.isNative(out);
        FloatVector divisor = FloatVector.broadcast(FLOAT, sum);
        FloatVector scale = FloatVector.broadcast(FLOAT, factor);
        int vectors = Math.ceilDiv(exponentials.columns(), COUNT);
        for (int i = 0; i < vectors; i++) {
            long at = exponentials.rowOffset(row) + (long) i * BYTES;
            FloatVector.fromMemorySegment(FLOAT, out, at, ORDER)
                    .div(divisor)
                    .mul(scale)
                    .intoMemorySegment(out, at, ORDER);
        }
        Pads.clear(exponentials, row);
    }
}

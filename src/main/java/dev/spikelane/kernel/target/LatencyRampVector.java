package dev.spikelane.kernel.target;

import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Pads;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link LatencyRamp}. */
final class LatencyRampVector {

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    /**
     * Floats of this size and more are whole numbers; those added to it are rounded to whole numbers, halves to even.
     */
    private static final float WHOLE = 0x1p23f;

    private LatencyRampVector() {}

    static void row(
            FloatMatrix times,
            int sample,
            int step,
            int steps,
            float range,
            float on,
            float off,
            FloatMatrix targets,
            int row) {
        MemorySegment from = times.segment();
        MemorySegment to = targets.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        long timeRow = times.rowOffset(sample);
        long targetRow = targets.rowOffset(row);
        float late = 2f * step;
        float zero = LatencyRamp.ratioAtZero(step);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        for (int neuron = 0; neuron < times.columns(); neuron += COUNT) {
            long at = (long) neuron * Float.BYTES;
            FloatVector time = FloatVector.fromMemorySegment(FLOAT, from, timeRow + at, ORDER);
            // There is no operation that rounds: add and take away 2^23, with the sign of the time.
            FloatVector size = time.abs();
            FloatVector rounded = size.add(WHOLE).sub(WHOLE);
            FloatVector s = time.blend(rounded, size.compare(LT, WHOLE));
            s = s.blend(rounded.neg(), time.compare(LT, 0).and(size.compare(LT, WHOLE)));
            FloatVector target = one.div(s)
                    .mul(step)
                    .blend(late, s.compare(GT, steps))
                    .blend(zero, s.compare(EQ, 0))
                    .mul(range)
                    .add(off);
            target.blend(off, target.compare(GT, on)).intoMemorySegment(to, targetRow + at, ORDER);
        }
        Pads.clear(targets, row);
    }
}

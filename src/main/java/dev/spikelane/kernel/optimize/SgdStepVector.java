package dev.spikelane.kernel.optimize;

import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** The vector variant of {@link SgdStep}: one loop for all options, whose branches store what they compute. */
final class SgdStepVector {

    private SgdStepVector() {}

    /** Updates whole vectors from the first value on, and returns the value behind the last of them. */
    static long update(SgdStep step, MemorySegment gradient, long shift, long first, long end) {
        MemorySegment parameter = step.parameter;
        MemorySegment kept = step.buffer;
        boolean remembers = step.remembers;
        Checks.isNative(parameter);
        Checks.isNative(gradient);
        boolean nesterov = step.nesterov;
        Checks.isNative(kept);
        FloatVector decay = FloatVector.broadcast(FLOAT, step.decay);
        IntVector decaying = IntVector.broadcast(INT, step.decay != 0 ? -1 : 0);
        FloatVector momentum = FloatVector.broadcast(FLOAT, step.momentum);
        FloatVector take = FloatVector.broadcast(FLOAT, step.takeNow);
        FloatVector rate = FloatVector.broadcast(FLOAT, step.rate);
        long vectors = (end - first) / COUNT;
        for (long i = 0; i < vectors; i++) {
            long at = first * Float.BYTES + i * BYTES;
            FloatVector w = FloatVector.fromMemorySegment(FLOAT, parameter, at, ORDER);
            FloatVector weight = w.reinterpretAsInts().and(decaying).reinterpretAsFloats();
            FloatVector g = FloatVector.fromMemorySegment(FLOAT, gradient, at + shift, ORDER)
                    .add(weight.mul(decay));
            if (remembers) {
                FloatVector b = FloatVector.fromMemorySegment(FLOAT, kept, at, ORDER)
                        .mul(momentum)
                        .add(g.mul(take));
                b.intoMemorySegment(kept, at, ORDER);
                if (nesterov) {
                    w.sub(rate.mul(g.add(b.mul(momentum)))).intoMemorySegment(parameter, at, ORDER);
                } else {
                    w.sub(rate.mul(b)).intoMemorySegment(parameter, at, ORDER);
                }
            } else {
                w.sub(rate.mul(g)).intoMemorySegment(parameter, at, ORDER);
            }
        }
        return first + vectors * COUNT;
    }
}

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

/** The vector variant of {@link AdamStep}: one loop for all options, whose branches store what they compute. */
final class AdamStepVector {

    private AdamStepVector() {}

    /** Updates whole vectors from the first value on, and returns the value behind the last of them. */
    static long update(AdamStep step, MemorySegment gradient, long shift, long first, long end) {
        AdamCoefficients coefficients = step.coefficients;
        MemorySegment parameter = step.parameter;
        MemorySegment mean = step.mean;
        MemorySegment square = step.square;
        MemorySegment largest = step.most;
        boolean amsgrad = step.amsgrad;
        Checks.isNative(parameter);
        Checks.isNative(mean);
        Checks.isNative(square);
        Checks.isNative(gradient);
        Checks.isNative(largest);
        FloatVector decay = FloatVector.broadcast(FLOAT, coefficients.decay);
        IntVector decaying = IntVector.broadcast(INT, coefficients.decay != 0 ? -1 : 0);
        FloatVector toFirst = FloatVector.broadcast(FLOAT, coefficients.toFirst);
        FloatVector keepSecond = FloatVector.broadcast(FLOAT, coefficients.keepSecond);
        FloatVector toSecond = FloatVector.broadcast(FLOAT, coefficients.toSecond);
        FloatVector rate = FloatVector.broadcast(FLOAT, coefficients.rate);
        FloatVector epsilon = FloatVector.broadcast(FLOAT, coefficients.epsilon);
        FloatVector shrink = FloatVector.broadcast(FLOAT, coefficients.shrink);
        long vectors = (end - first) / COUNT;
        for (long i = 0; i < vectors; i++) {
            long at = first * Float.BYTES + i * BYTES;
            FloatVector w = FloatVector.fromMemorySegment(FLOAT, parameter, at, ORDER);
            FloatVector kept = w.reinterpretAsInts().and(decaying).reinterpretAsFloats();
            FloatVector g = FloatVector.fromMemorySegment(FLOAT, gradient, at + shift, ORDER)
                    .add(kept.mul(decay));
            FloatVector m = FloatVector.fromMemorySegment(FLOAT, mean, at, ORDER);
            m = m.add(g.sub(m).mul(toFirst));
            m.intoMemorySegment(mean, at, ORDER);
            FloatVector v = FloatVector.fromMemorySegment(FLOAT, square, at, ORDER)
                    .mul(keepSecond)
                    .add(g.mul(g).mul(toSecond));
            v.intoMemorySegment(square, at, ORDER);
            if (amsgrad) {
                FloatVector x =
                        FloatVector.fromMemorySegment(FLOAT, largest, at, ORDER).max(v);
                x.intoMemorySegment(largest, at, ORDER);
                w.mul(shrink).sub(rate.mul(m).div(x.sqrt().add(epsilon))).intoMemorySegment(parameter, at, ORDER);
            } else {
                w.mul(shrink).sub(rate.mul(m).div(v.sqrt().add(epsilon))).intoMemorySegment(parameter, at, ORDER);
            }
        }
        return first + vectors * COUNT;
    }
}

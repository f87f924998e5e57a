package dev.spikelane.kernel.encode;

import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Logarithm.EXPONENT_BIAS;
import static dev.spikelane.simd.Logarithm.EXPONENT_SCALE;
import static dev.spikelane.simd.Logarithm.LOG_2;
import static dev.spikelane.simd.Logarithm.LOG_2_REST;
import static dev.spikelane.simd.Logarithm.MANTISSA_BITS;
import static dev.spikelane.simd.Logarithm.TERM_3;
import static dev.spikelane.simd.Logarithm.TERM_5;
import static dev.spikelane.simd.Logarithm.TERM_7;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Pads;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** The vector variants of {@link LatencyTimes}: whole vectors over a row, then the padding is cleared. */
final class LatencyTimesVector {

    private LatencyTimesVector() {}

    static void logarithmic(
            FloatMatrix data, int row, float threshold, float lowest, float tau, float first, FloatMatrix times) {
        MemorySegment from = data.segment();
        MemorySegment to = times.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        long offset = times.rowOffset(row);
        for (int neuron = 0; neuron < times.columns(); neuron += COUNT) {
            long at = offset + (long) neuron * Float.BYTES;
            FloatVector x =
                    FloatVector.fromMemorySegment(FLOAT, from, at, ORDER).max(lowest);
            FloatVector ratio = x.div(x.sub(threshold));
            IntVector e = ((IntVector) ratio.mul(EXPONENT_SCALE).reinterpretShape(INT, 0))
                    .lanewise(ASHR, MANTISSA_BITS)
                    .sub(EXPONENT_BIAS);
            FloatVector m = (FloatVector) ((IntVector) ratio.reinterpretShape(INT, 0))
                    .sub(e.lanewise(LSHL, MANTISSA_BITS))
                    .reinterpretShape(FLOAT, 0);
            FloatVector power = (FloatVector) e.convert(I2F, 0);
            FloatVector exponent = power.mul(LOG_2);
            FloatVector log2 = FloatVector.broadcast(FLOAT, LOG_2);
            FloatVector exponentRest =
                    power.fma(FloatVector.broadcast(FLOAT, LOG_2_REST), power.fma(log2, exponent.neg()));
            FloatVector top = m.sub(1);
            FloatVector bottom = m.add(1);
            FloatVector bottomRest = m.sub(bottom.sub(1));
            FloatVector one = FloatVector.broadcast(FLOAT, 1);
            FloatVector inverse = one.div(bottom);
            FloatVector q = top.mul(inverse);
            FloatVector inverseRest = bottomRest.neg().fma(inverse, bottom.neg().fma(inverse, one));
            FloatVector qRest = q.fma(inverseRest, inverse.fma(top, q.neg()));
            FloatVector q2 = q.mul(q);
            FloatVector series = FloatVector.broadcast(FLOAT, TERM_7)
                    .fma(q2, FloatVector.broadcast(FLOAT, TERM_5))
                    .fma(q2, FloatVector.broadcast(FLOAT, TERM_3));
            FloatVector twice = q.add(q);
            FloatVector sum = exponent.add(twice);
            FloatVector rest = exponent.sub(sum).add(twice).add(exponentRest).add(qRest.add(qRest));
            FloatVector tail = q2.mul(q).mul(series);
            FloatVector result = sum.add(tail);
            FloatVector log = result.add(sum.sub(result).add(tail).add(rest))
                    .blend(ratio, ratio.compare(EQ, Float.POSITIVE_INFINITY));
            log.mul(tau).add(first).intoMemorySegment(to, at, ORDER);
        }
        Pads.clear(times, row);
    }
}

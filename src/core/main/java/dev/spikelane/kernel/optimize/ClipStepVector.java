package dev.spikelane.kernel.optimize;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The vector variants of {@link ClipStep}. */
final class ClipStepVector {

    private ClipStepVector() {}

    /** Returns the number of floats in whole vectors. */
    static long vectors(long floats) {
        return floats - floats % COUNT;
    }

    /** Computes the sums of a whole block, one vector of its lanes at a time. */
    static void squares(MemorySegment values, long first, float[] lanes) {
        Checks.isNative(values);
        for (int lane = 0; lane < ClipStep.LANES; lane += COUNT) {
            FloatVector sum = FloatVector.zero(FLOAT);
            for (int i = lane; i < ClipStep.BLOCK; i += ClipStep.LANES) {
                FloatVector value = FloatVector.fromMemorySegment(FLOAT, values, (first + i) * Float.BYTES, ORDER);
                sum = sum.add(value.mul(value));
            }
            sum.intoArray(lanes, lane);
        }
    }

    static float largest(MemorySegment values, long floats) {
        Checks.isNative(values);
        FloatVector largest = FloatVector.zero(FLOAT);
        for (long at = 0; at < floats * Float.BYTES; at += BYTES) {
            largest = largest.max(
                    FloatVector.fromMemorySegment(FLOAT, values, at, ORDER).abs());
        }
        return largest.reduceLanes(VectorOperators.MAX);
    }

    static void multiply(MemorySegment values, long floats, float factor) {
        Checks.isNative(values);
        FloatVector factors = FloatVector.broadcast(FLOAT, factor);
        for (long at = 0; at < floats * Float.BYTES; at += BYTES) {
            FloatVector.fromMemorySegment(FLOAT, values, at, ORDER).mul(factors).intoMemorySegment(values, at, ORDER);
        }
    }

    static void limit(MemorySegment values, long floats, float most) {
        Checks.isNative(values);
        FloatVector high = FloatVector.broadcast(FLOAT, most);
        FloatVector low = high.neg();
        for (long at = 0; at < floats * Float.BYTES; at += BYTES) {
            FloatVector.fromMemorySegment(FLOAT, values, at, ORDER)
                    .max(low)
                    .min(high)
                    .intoMemorySegment(values, at, ORDER);
        }
    }
}

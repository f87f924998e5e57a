package dev.spikelane.kernel.product.dense;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.VectorOperators.IS_FINITE;

import dev.spikelane.simd.Checks;
import dev.spikelane.simd.ZeroInputs;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The vector variant of {@link ZeroInputs}, a row at a time: what products do whose weights, or gradients, are not all
 * finite. Others have tiles that multiply by zeros as by any number.
 */
final class ZeroInputsVector {

    private ZeroInputsVector() {}

    /**
     * Adds to some lanes of a row: {@code sums[lane] += sum over k of inputs[k] * weights[k][lane]}, {@code k}
     * ascending, one fused multiply-add each.
     *
     * @param a bytes to the first input
     * @param stepOfA bytes from one input to the next
     * @param b bytes to the first of the weights, all lanes of which follow each other
     * @param stepOfB bytes from those of one input to those of the next
     * @param c bytes to the sums
     * @param bytes of the lanes, whole vectors
     */
    static void add(
            MemorySegment inputs,
            long a,
            long stepOfA,
            MemorySegment weights,
            long b,
            long stepOfB,
            MemorySegment sums,
            long c,
            int bytes,
            int depth) {
        Checks.isNative(inputs);
        Checks.isNative(weights);
        Checks.isNative(sums);
        for (int lane = 0; lane < bytes; lane += BYTES) {
            FloatVector sum = FloatVector.fromMemorySegment(FLOAT, sums, c + lane, ORDER);
            for (int k = 0; k < depth; k++) {
                float input = inputs.get(JAVA_FLOAT_UNALIGNED, a + k * stepOfA);
                FloatVector weight = FloatVector.fromMemorySegment(FLOAT, weights, b + k * stepOfB + lane, ORDER);
                if (input == 0) {
                    weight = weight.blend(0, weight.test(IS_FINITE).not());
                }
                sum = weight.fma(FloatVector.broadcast(FLOAT, input), sum);
            }
            sum.intoMemorySegment(sums, c + lane, ORDER);
        }
    }
}

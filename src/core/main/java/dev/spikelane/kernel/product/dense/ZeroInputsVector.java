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
 * The vector variant of {@link ZeroInputs}, one row at a time, for products whose weights or gradients are not all
 * finite. Finite ones use tiles, which multiply by zeros too.
 */
final class ZeroInputsVector {

    private ZeroInputsVector() {}

    /**
     * Adds products to some lanes of a row: {@code sums[lane] += sum over k of inputs[k] * weights[k][lane]}, {@code k}
     * ascending, one fused multiply-add each. An input of zero adds nothing.
     *
     * @param a byte offset of the first input
     * @param stepOfA bytes from one input to the next
     * @param b byte offset of the first input's weights, whose lanes are consecutive
     * @param stepOfB bytes from one input's weights to the next input's
     * @param c byte offset of the sums
     * @param bytes bytes of the lanes, whole vectors
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

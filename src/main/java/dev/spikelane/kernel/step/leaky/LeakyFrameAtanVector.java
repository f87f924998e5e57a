package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.step.SurrogateConstants;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The way back of {@link LeakyFrame} in one pass, for few outputs and the arc tangent: what comes from the outputs is
 * computed while the CPU divides. Two vectors of neurons go side by side.
 */
final class LeakyFrameAtanVector {

    private static final int BLOCK_BYTES = LeakyFrame.BLOCK * Float.BYTES;
    private static final int PAIR = 2 * BYTES;

    private LeakyFrameAtanVector() {}

    static void back(
            LeakyParameters parameters,
            SurrogateConstants atan,
            LeakyFrame.Target target,
            LeakyFrame.Steps steps,
            LeakyFrame.Window window,
            int sample,
            int block) {
        for (int lane = 0; lane < BLOCK_BYTES; lane += PAIR) {
            back(parameters, atan, target, steps, window, sample, block, lane);
        }
    }

    private static void back(
            LeakyParameters parameters,
            SurrogateConstants atan,
            LeakyFrame.Target target,
            LeakyFrame.Steps steps,
            LeakyFrame.Window window,
            int sample,
            int block,
            int lane) {
        MemorySegment distances = steps.distance().segment();
        MemorySegment upstream = target.gradients().segment();
        MemorySegment weights = target.weights().segment();
        MemorySegment betas = parameters.beta.segment();
        MemorySegment sums = steps.sums().segment();
        Checks.isNative(distances);
        Checks.isNative(upstream);
        Checks.isNative(weights);
        Checks.isNative(betas);
        Checks.isNative(sums);
        int outputs = target.outputs();
        long column = (long) block * BLOCK_BYTES + lane;
        long weight = target.weights().rowOffset(target.firstWeights(block)) + lane;
        boolean zeros = parameters.options.reset() == Reset.ZERO;
        FloatVector none = FloatVector.zero(FLOAT);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        FloatVector a = FloatVector.broadcast(FLOAT, atan.a());
        FloatVector b = FloatVector.broadcast(FLOAT, atan.b());
        FloatVector beta = FloatVector.fromMemorySegment(FLOAT, betas, column, ORDER);
        FloatVector beta2 = FloatVector.fromMemorySegment(FLOAT, betas, column + BYTES, ORDER);
        FloatVector carry = none;
        FloatVector carry2 = none;
        FloatVector sum = none;
        FloatVector sum2 = none;
        int last = steps.distance().rows() - 1;
        long from = target.gradients().rowOffset(sample) + (long) last * outputs * Float.BYTES;
        long at = steps.distance().rowOffset(last) + lane;
        for (int t = last; t >= 0; t--) {
            FloatVector g = none;
            FloatVector g2 = none;
            for (int output = 0; output < outputs; output++) {
                FloatVector factor = FloatVector.broadcast(
                        FLOAT, upstream.get(JAVA_FLOAT_UNALIGNED, from + (long) output * Float.BYTES));
                MemorySegment two = weights.asSlice(weight + (long) output * BLOCK_BYTES, PAIR);
                g = factor.fma(FloatVector.fromMemorySegment(FLOAT, two, 0, ORDER), g);
                g2 = factor.fma(FloatVector.fromMemorySegment(FLOAT, two, BYTES, ORDER), g2);
            }
            FloatVector y = a.mul(FloatVector.fromMemorySegment(FLOAT, distances, at, ORDER));
            FloatVector y2 = a.mul(FloatVector.fromMemorySegment(FLOAT, distances, at + BYTES, ORDER));
            carry = carry.add(one.div(one.add(y.mul(y))).mul(b).mul(g));
            carry2 = carry2.add(one.div(one.add(y2.mul(y2))).mul(b).mul(g2));
            sum = sum.add(carry);
            sum2 = sum2.add(carry2);
            carry = beta.mul(carry);
            carry2 = beta2.mul(carry2);
            if (zeros && t > 0) {
                long before = at - BLOCK_BYTES;
                carry = one.blend(
                                none,
                                FloatVector.fromMemorySegment(FLOAT, distances, before, ORDER)
                                        .compare(GT, 0))
                        .mul(carry);
                carry2 = one.blend(
                                none,
                                FloatVector.fromMemorySegment(FLOAT, distances, before + BYTES, ORDER)
                                        .compare(GT, 0))
                        .mul(carry2);
            }
            at -= BLOCK_BYTES;
            from -= (long) outputs * Float.BYTES;
        }
        long to = steps.sums().rowOffset(sample) + lane;
        sum.intoMemorySegment(sums, to, ORDER);
        sum2.intoMemorySegment(sums, to + BYTES, ORDER);
        FloatMatrix carried = window.carried();
        if (carried == null) {
            return;
        }
        MemorySegment carries = carried.segment();
        Checks.isNative(carries);
        long end = carried.rowOffset(sample) + column;
        if (zeros) {
            MemorySegment start = window.start().segment();
            MemorySegment thresholds = parameters.threshold.segment();
            Checks.isNative(start);
            Checks.isNative(thresholds);
            carry = one.blend(
                            none,
                            FloatVector.fromMemorySegment(FLOAT, start, end, ORDER)
                                    .compare(GT, FloatVector.fromMemorySegment(FLOAT, thresholds, column, ORDER)))
                    .mul(carry);
            carry2 = one.blend(
                            none,
                            FloatVector.fromMemorySegment(FLOAT, start, end + BYTES, ORDER)
                                    .compare(
                                            GT,
                                            FloatVector.fromMemorySegment(FLOAT, thresholds, column + BYTES, ORDER)))
                    .mul(carry2);
        }
        carry.intoMemorySegment(carries, end, ORDER);
        carry2.intoMemorySegment(carries, end + BYTES, ORDER);
    }
}

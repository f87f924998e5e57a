package dev.spikelane.kernel.step;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.SpikeLanesVector;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The vector variants of {@link LeakyFrame}: chains of steps in registers, several side by side. */
final class LeakyFrameVector {

    private static final ValueLayout.OfFloat NUMBER = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int BLOCK_BYTES = LeakyFrame.BLOCK * Float.BYTES;
    private static final int TOGETHER = 5;
    private static final int VECTORS = LeakyFrame.BLOCK / COUNT;

    private LeakyFrameVector() {}

    static void fire(
            LeakyParameters parameters,
            FloatMatrix current,
            FloatMatrix membrane,
            SpikeMatrix spikes,
            int sample,
            int block) {
        for (int i = 0; i < VECTORS; i += 2) {
            fireTwo(parameters, current, membrane, spikes, sample, block, i);
        }
    }

    /** Two vectors of neurons side by side. */
    private static void fireTwo(
            LeakyParameters parameters,
            FloatMatrix current,
            FloatMatrix membrane,
            SpikeMatrix spikes,
            int sample,
            int block,
            int first) {
        MemorySegment bits = spikes.segment();
        MemorySegment state = membrane.segment();
        MemorySegment input = current.segment();
        Checks.isNative(bits);
        Checks.isNative(state);
        Checks.isNative(input);
        int batch = membrane.rows();
        int steps = spikes.rows() / batch;
        long column = (long) block * BLOCK_BYTES + (long) first * BYTES;
        boolean subtracts = parameters.options.reset() == Reset.SUBTRACT;
        boolean zeros = parameters.options.reset() == Reset.ZERO;
        FloatVector threshold = FloatVector.fromMemorySegment(FLOAT, parameters.threshold.segment(), column, ORDER);
        FloatVector threshold2 =
                FloatVector.fromMemorySegment(FLOAT, parameters.threshold.segment(), column + BYTES, ORDER);
        FloatVector beta = FloatVector.fromMemorySegment(FLOAT, parameters.beta.segment(), column, ORDER);
        FloatVector beta2 = FloatVector.fromMemorySegment(FLOAT, parameters.beta.segment(), column + BYTES, ORDER);
        FloatVector in =
                FloatVector.fromMemorySegment(FLOAT, input, current.rowOffset(sample) + (long) first * BYTES, ORDER);
        FloatVector in2 = FloatVector.fromMemorySegment(
                FLOAT, input, current.rowOffset(sample) + (long) first * BYTES + BYTES, ORDER);
        long at = membrane.rowOffset(sample) + column;
        FloatVector u = FloatVector.fromMemorySegment(FLOAT, state, at, ORDER);
        FloatVector u2 = FloatVector.fromMemorySegment(FLOAT, state, at + BYTES, ORDER);
        FloatVector zero = FloatVector.zero(FLOAT);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        FloatVector none = threshold.mul(0); // what no reset takes, a zero with a sign
        FloatVector none2 = threshold2.mul(0);
        long row = spikes.rowOffset(sample) + (long) block * Long.BYTES;
        long step = spikes.rowOffset(batch);
        for (int t = 0; t < steps; t++) {
            VectorMask<Float> over = u.compare(GT, threshold);
            VectorMask<Float> over2 = u2.compare(GT, threshold2);
            if (subtracts) {
                u = beta.mul(u).add(in).sub(none.blend(threshold, over));
                u2 = beta2.mul(u2).add(in2).sub(none2.blend(threshold2, over2));
            } else if (zeros) {
                u = beta.mul(one.blend(zero, over).mul(u)).add(in);
                u2 = beta2.mul(one.blend(zero, over2).mul(u2)).add(in2);
            } else {
                u = beta.mul(u).add(in);
                u2 = beta2.mul(u2).add(in2);
            }
            SpikeLanesVector.store(bits, row, first, u.compare(GT, threshold).toLong());
            SpikeLanesVector.store(
                    bits, row, first + 1, u2.compare(GT, threshold2).toLong());
            row += step;
        }
        u.intoMemorySegment(state, at, ORDER);
        u2.intoMemorySegment(state, at + BYTES, ORDER);
    }

    static void distances(
            LeakyParameters parameters,
            FloatMatrix current,
            FloatMatrix membrane,
            FloatMatrix distance,
            int sample,
            int block) {
        for (int i = 0; i < VECTORS; i += 2) {
            distancesOfTwo(parameters, current, membrane, distance, sample, block, i);
        }
    }

    private static void distancesOfTwo(
            LeakyParameters parameters,
            FloatMatrix current,
            FloatMatrix membrane,
            FloatMatrix distance,
            int sample,
            int block,
            int first) {
        MemorySegment to = distance.segment();
        Checks.isNative(to);
        int steps = distance.rows();
        long column = (long) block * BLOCK_BYTES + (long) first * BYTES;
        boolean subtracts = parameters.options.reset() == Reset.SUBTRACT;
        boolean zeros = parameters.options.reset() == Reset.ZERO;
        FloatVector threshold = FloatVector.fromMemorySegment(FLOAT, parameters.threshold.segment(), column, ORDER);
        FloatVector threshold2 =
                FloatVector.fromMemorySegment(FLOAT, parameters.threshold.segment(), column + BYTES, ORDER);
        FloatVector beta = FloatVector.fromMemorySegment(FLOAT, parameters.beta.segment(), column, ORDER);
        FloatVector beta2 = FloatVector.fromMemorySegment(FLOAT, parameters.beta.segment(), column + BYTES, ORDER);
        FloatVector in = FloatVector.fromMemorySegment(
                FLOAT, current.segment(), current.rowOffset(sample) + (long) first * BYTES, ORDER);
        FloatVector in2 = FloatVector.fromMemorySegment(
                FLOAT, current.segment(), current.rowOffset(sample) + (long) first * BYTES + BYTES, ORDER);
        FloatVector u =
                FloatVector.fromMemorySegment(FLOAT, membrane.segment(), membrane.rowOffset(sample) + column, ORDER);
        FloatVector u2 = FloatVector.fromMemorySegment(
                FLOAT, membrane.segment(), membrane.rowOffset(sample) + column + BYTES, ORDER);
        FloatVector zero = FloatVector.zero(FLOAT);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        FloatVector none = threshold.mul(0); // what no reset takes, a zero with a sign
        FloatVector none2 = threshold2.mul(0);
        long at = (long) first * BYTES;
        for (int t = 0; t < steps; t++) {
            VectorMask<Float> over = u.compare(GT, threshold);
            VectorMask<Float> over2 = u2.compare(GT, threshold2);
            if (subtracts) {
                u = beta.mul(u).add(in).sub(none.blend(threshold, over));
                u2 = beta2.mul(u2).add(in2).sub(none2.blend(threshold2, over2));
            } else if (zeros) {
                u = beta.mul(one.blend(zero, over).mul(u)).add(in);
                u2 = beta2.mul(one.blend(zero, over2).mul(u2)).add(in2);
            } else {
                u = beta.mul(u).add(in);
                u2 = beta2.mul(u2).add(in2);
            }
            u.sub(threshold).intoMemorySegment(to, at, ORDER);
            u2.sub(threshold2).intoMemorySegment(to, at + BYTES, ORDER);
            at += BLOCK_BYTES;
        }
    }

    /** Five outputs at a time, whose weights stay in registers while all steps go by; then those that are left, one by one. */
    static void pull(FloatMatrix gradients, int outputs, FloatMatrix weights, int firstWeights, FloatMatrix ofSpikes) {
        ofSpikes.fill(0);
        for (int lane = 0; lane < BLOCK_BYTES; lane += BYTES) {
            long weight = weights.rowOffset(firstWeights) + lane;
            int output = 0;
            for (; output + TOGETHER <= outputs; output += TOGETHER) {
                pullFive(gradients, output, weights, weight + (long) output * BLOCK_BYTES, ofSpikes, lane);
            }
            for (; output < outputs; output++) {
                pullOne(gradients, output, weights, weight + (long) output * BLOCK_BYTES, ofSpikes, lane);
            }
        }
    }

    private static void pullFive(
            FloatMatrix gradients, int output, FloatMatrix weights, long weight, FloatMatrix ofSpikes, int lane) {
        MemorySegment from = gradients.segment();
        MemorySegment w = weights.segment();
        MemorySegment to = ofSpikes.segment();
        Checks.isNative(from);
        Checks.isNative(w);
        Checks.isNative(to);
        int steps = ofSpikes.rows();
        FloatVector a = FloatVector.fromMemorySegment(FLOAT, w, weight, ORDER);
        FloatVector b = FloatVector.fromMemorySegment(FLOAT, w, weight + BLOCK_BYTES, ORDER);
        FloatVector c = FloatVector.fromMemorySegment(FLOAT, w, weight + 2L * BLOCK_BYTES, ORDER);
        FloatVector d = FloatVector.fromMemorySegment(FLOAT, w, weight + 3L * BLOCK_BYTES, ORDER);
        FloatVector e = FloatVector.fromMemorySegment(FLOAT, w, weight + 4L * BLOCK_BYTES, ORDER);
        long row = (long) output * Float.BYTES;
        long step = gradients.rowOffset(1);
        long at = lane;
        for (int t = 0; t < steps; t++) {
            MemorySegment five = from.asSlice(row, TOGETHER * Float.BYTES); // one check for five numbers
            FloatVector sum = FloatVector.fromMemorySegment(FLOAT, to, at, ORDER);
            sum = FloatVector.broadcast(FLOAT, five.get(NUMBER, 0)).fma(a, sum);
            sum = FloatVector.broadcast(FLOAT, five.get(NUMBER, Float.BYTES)).fma(b, sum);
            sum = FloatVector.broadcast(FLOAT, five.get(NUMBER, 2 * Float.BYTES))
                    .fma(c, sum);
            sum = FloatVector.broadcast(FLOAT, five.get(NUMBER, 3 * Float.BYTES))
                    .fma(d, sum);
            sum = FloatVector.broadcast(FLOAT, five.get(NUMBER, 4 * Float.BYTES))
                    .fma(e, sum);
            sum.intoMemorySegment(to, at, ORDER);
            at += BLOCK_BYTES;
            row += step;
        }
    }

    private static void pullOne(
            FloatMatrix gradients, int output, FloatMatrix weights, long weight, FloatMatrix ofSpikes, int lane) {
        MemorySegment from = gradients.segment();
        MemorySegment to = ofSpikes.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        int steps = ofSpikes.rows();
        FloatVector w = FloatVector.fromMemorySegment(FLOAT, weights.segment(), weight, ORDER);
        long row = (long) output * Float.BYTES;
        long step = gradients.rowOffset(1);
        long at = lane;
        for (int t = 0; t < steps; t++) {
            FloatVector sum = FloatVector.fromMemorySegment(FLOAT, to, at, ORDER);
            FloatVector.broadcast(FLOAT, from.get(NUMBER, row)).fma(w, sum).intoMemorySegment(to, at, ORDER);
            at += BLOCK_BYTES;
            row += step;
        }
    }

    static void back(
            LeakyParameters parameters,
            FloatMatrix distance,
            FloatMatrix ofDistance,
            FloatMatrix start,
            FloatMatrix sums,
            FloatMatrix carried,
            int sample,
            int block) {
        MemorySegment x = distance.segment();
        MemorySegment g = ofDistance.segment();
        Checks.isNative(x);
        Checks.isNative(g);
        int steps = distance.rows();
        boolean zeros = parameters.options.reset() == Reset.ZERO;
        FloatVector none = FloatVector.zero(FLOAT);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        for (int i = 0; i < VECTORS; i++) {
            long lane = (long) i * BYTES;
            long column = (long) block * BLOCK_BYTES + lane;
            FloatVector threshold = FloatVector.fromMemorySegment(FLOAT, parameters.threshold.segment(), column, ORDER);
            FloatVector beta = FloatVector.fromMemorySegment(FLOAT, parameters.beta.segment(), column, ORDER);
            FloatVector carry = FloatVector.zero(FLOAT);
            FloatVector sum = FloatVector.zero(FLOAT);
            for (int t = steps - 1; t > 0; t--) {
                long at = (long) t * BLOCK_BYTES + lane;
                FloatVector of = carry.add(FloatVector.fromMemorySegment(FLOAT, g, at, ORDER));
                sum = sum.add(of);
                carry = beta.mul(of);
                if (zeros) {
                    carry = one.blend(
                                    none,
                                    FloatVector.fromMemorySegment(FLOAT, x, at - BLOCK_BYTES, ORDER)
                                            .compare(GT, 0))
                            .mul(carry);
                }
            }
            FloatVector of = carry.add(FloatVector.fromMemorySegment(FLOAT, g, lane, ORDER));
            sum = sum.add(of);
            carry = beta.mul(of);
            long first = start.rowOffset(sample) + column;
            if (zeros) {
                carry = one.blend(
                                none,
                                FloatVector.fromMemorySegment(FLOAT, start.segment(), first, ORDER)
                                        .compare(GT, threshold))
                        .mul(carry);
            }
            sum.intoMemorySegment(sums.segment(), sums.rowOffset(sample) + lane, ORDER);
            carry.intoMemorySegment(carried.segment(), carried.rowOffset(sample) + column, ORDER);
        }
    }
}

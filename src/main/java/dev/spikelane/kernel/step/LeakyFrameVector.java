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
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The vector variants of {@link LeakyFrame}: chains of steps in registers, several side by side. */
final class LeakyFrameVector {

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int BLOCK_BYTES = LeakyFrame.BLOCK * Float.BYTES;
    private static final int VECTORS = LeakyFrame.BLOCK / COUNT;

    private LeakyFrameVector() {}

    private static FloatVector load(MemorySegment segment, long offset) {
        return FloatVector.fromMemorySegment(FLOAT, segment, offset, ORDER);
    }

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
        FloatVector threshold = load(parameters.threshold.segment(), column);
        FloatVector threshold2 = load(parameters.threshold.segment(), column + BYTES);
        FloatVector beta = load(parameters.beta.segment(), column);
        FloatVector beta2 = load(parameters.beta.segment(), column + BYTES);
        FloatVector in = load(input, current.rowOffset(sample) + (long) first * BYTES);
        FloatVector in2 = load(input, current.rowOffset(sample) + (long) first * BYTES + BYTES);
        long at = membrane.rowOffset(sample) + column;
        FloatVector u = load(state, at);
        FloatVector u2 = load(state, at + BYTES);
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
            SpikeLanesVector.store(bits, row, first, u.compare(GT, threshold));
            SpikeLanesVector.store(bits, row, first + 1, u2.compare(GT, threshold2));
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
        FloatVector threshold = load(parameters.threshold.segment(), column);
        FloatVector threshold2 = load(parameters.threshold.segment(), column + BYTES);
        FloatVector beta = load(parameters.beta.segment(), column);
        FloatVector beta2 = load(parameters.beta.segment(), column + BYTES);
        FloatVector in = load(current.segment(), current.rowOffset(sample) + (long) first * BYTES);
        FloatVector in2 = load(current.segment(), current.rowOffset(sample) + (long) first * BYTES + BYTES);
        FloatVector u = load(membrane.segment(), membrane.rowOffset(sample) + column);
        FloatVector u2 = load(membrane.segment(), membrane.rowOffset(sample) + column + BYTES);
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
            FloatVector threshold = load(parameters.threshold.segment(), column);
            FloatVector beta = load(parameters.beta.segment(), column);
            FloatVector carry = FloatVector.zero(FLOAT);
            FloatVector sum = FloatVector.zero(FLOAT);
            for (int t = steps - 1; t > 0; t--) {
                long at = (long) t * BLOCK_BYTES + lane;
                FloatVector of = carry.add(load(g, at));
                sum = sum.add(of);
                carry = beta.mul(of);
                if (zeros) {
                    carry = one.blend(none, load(x, at - BLOCK_BYTES).compare(GT, 0))
                            .mul(carry);
                }
            }
            FloatVector of = carry.add(load(g, lane));
            sum = sum.add(of);
            carry = beta.mul(of);
            long first = start.rowOffset(sample) + column;
            if (zeros) {
                carry = one.blend(none, load(start.segment(), first).compare(GT, threshold))
                        .mul(carry);
            }
            sum.intoMemorySegment(sums.segment(), sums.rowOffset(sample) + lane, ORDER);
            carry.intoMemorySegment(carried.segment(), carried.rowOffset(sample) + column, ORDER);
        }
    }
}

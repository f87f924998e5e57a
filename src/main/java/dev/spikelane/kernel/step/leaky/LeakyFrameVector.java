package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.SpikeLanesVector;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/** The vector variants of {@link LeakyFrame}: chains of steps in registers, several side by side. */
final class LeakyFrameVector {

    private static final int BLOCK_BYTES = LeakyFrame.BLOCK * Float.BYTES;
    private static final int VECTORS = LeakyFrame.BLOCK / COUNT;

    private LeakyFrameVector() {}

    static void fire(
            LeakyParameters parameters,
            Tile current,
            FloatMatrix membrane,
            @Nullable FloatMatrix end,
            SpikeMatrix spikes,
            int sample,
            int block) {
        for (int i = 0; i < VECTORS; i += 2) {
            fireTwo(parameters, current, membrane, end, spikes, sample, block, i);
        }
    }

    /** Two vectors of neurons side by side. */
    private static void fireTwo(
            LeakyParameters parameters,
            Tile current,
            FloatMatrix membrane,
            @Nullable FloatMatrix end,
            SpikeMatrix spikes,
            int sample,
            int block,
            int first) {
        MemorySegment bits = spikes.segment();
        MemorySegment state = membrane.segment();
        MemorySegment input = current.matrix().segment();
        MemorySegment thresholds = parameters.threshold.segment();
        MemorySegment betas = parameters.beta.segment();
        Checks.isNative(bits);
        Checks.isNative(state);
        Checks.isNative(input);
        Checks.isNative(thresholds);
        Checks.isNative(betas);
        int batch = membrane.rows();
        int steps = spikes.rows() / batch;
        long column = (long) block * BLOCK_BYTES + (long) first * BYTES;
        boolean subtracts = parameters.options.reset() == Reset.SUBTRACT;
        boolean zeros = parameters.options.reset() == Reset.ZERO;
        FloatVector threshold = FloatVector.fromMemorySegment(FLOAT, thresholds, column, ORDER);
        FloatVector threshold2 = FloatVector.fromMemorySegment(FLOAT, thresholds, column + BYTES, ORDER);
        FloatVector beta = FloatVector.fromMemorySegment(FLOAT, betas, column, ORDER);
        FloatVector beta2 = FloatVector.fromMemorySegment(FLOAT, betas, column + BYTES, ORDER);
        long from = current.offset(sample, block) + (long) first * BYTES;
        FloatVector in = FloatVector.fromMemorySegment(FLOAT, input, from, ORDER);
        FloatVector in2 = FloatVector.fromMemorySegment(FLOAT, input, from + BYTES, ORDER);
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
        if (end != null) {
            MemorySegment ends = end.segment();
            Checks.isNative(ends);
            u.intoMemorySegment(ends, at, ORDER);
            u2.intoMemorySegment(ends, at + BYTES, ORDER);
        }
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
        MemorySegment input = current.segment();
        MemorySegment state = membrane.segment();
        MemorySegment thresholds = parameters.threshold.segment();
        MemorySegment betas = parameters.beta.segment();
        Checks.isNative(to);
        Checks.isNative(input);
        Checks.isNative(state);
        Checks.isNative(thresholds);
        Checks.isNative(betas);
        int steps = distance.rows();
        long column = (long) block * BLOCK_BYTES + (long) first * BYTES;
        boolean subtracts = parameters.options.reset() == Reset.SUBTRACT;
        boolean zeros = parameters.options.reset() == Reset.ZERO;
        FloatVector threshold = FloatVector.fromMemorySegment(FLOAT, thresholds, column, ORDER);
        FloatVector threshold2 = FloatVector.fromMemorySegment(FLOAT, thresholds, column + BYTES, ORDER);
        FloatVector beta = FloatVector.fromMemorySegment(FLOAT, betas, column, ORDER);
        FloatVector beta2 = FloatVector.fromMemorySegment(FLOAT, betas, column + BYTES, ORDER);
        FloatVector in =
                FloatVector.fromMemorySegment(FLOAT, input, current.rowOffset(sample) + (long) first * BYTES, ORDER);
        FloatVector in2 = FloatVector.fromMemorySegment(
                FLOAT, input, current.rowOffset(sample) + (long) first * BYTES + BYTES, ORDER);
        FloatVector u = FloatVector.fromMemorySegment(FLOAT, state, membrane.rowOffset(sample) + column, ORDER);
        FloatVector u2 =
                FloatVector.fromMemorySegment(FLOAT, state, membrane.rowOffset(sample) + column + BYTES, ORDER);
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
            @Nullable FloatMatrix carried,
            int sample,
            int block) {
        MemorySegment x = distance.segment();
        MemorySegment g = ofDistance.segment();
        MemorySegment starts = start.segment();
        MemorySegment totals = sums.segment();
        MemorySegment thresholds = parameters.threshold.segment();
        MemorySegment betas = parameters.beta.segment();
        Checks.isNative(x);
        Checks.isNative(g);
        Checks.isNative(starts);
        Checks.isNative(totals);
        Checks.isNative(thresholds);
        Checks.isNative(betas);
        int steps = distance.rows();
        boolean zeros = parameters.options.reset() == Reset.ZERO;
        FloatVector none = FloatVector.zero(FLOAT);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        for (int i = 0; i < VECTORS; i++) {
            long lane = (long) i * BYTES;
            long column = (long) block * BLOCK_BYTES + lane;
            FloatVector threshold = FloatVector.fromMemorySegment(FLOAT, thresholds, column, ORDER);
            FloatVector beta = FloatVector.fromMemorySegment(FLOAT, betas, column, ORDER);
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
                                FloatVector.fromMemorySegment(FLOAT, starts, first, ORDER)
                                        .compare(GT, threshold))
                        .mul(carry);
            }
            sum.intoMemorySegment(totals, sums.rowOffset(sample) + lane, ORDER);
            if (carried != null) {
                MemorySegment carries = carried.segment();
                Checks.isNative(carries);
                carry.intoMemorySegment(carries, carried.rowOffset(sample) + column, ORDER);
            }
        }
    }
}

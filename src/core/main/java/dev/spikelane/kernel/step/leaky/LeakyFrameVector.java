package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.OTHER_VECTOR;
import static dev.spikelane.simd.Lanes.VECTOR;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/** The vector variants of {@link LeakyFrame}: chains of steps in registers, several side by side. */
final class LeakyFrameVector {

    static final int BLOCK_BYTES = LeakyFrame.BLOCK * Float.BYTES;
    private static final int VECTORS = LeakyFrame.BLOCK / COUNT;

    private LeakyFrameVector() {}

    /** All samples. */
    static void fire(
            LeakyNeurons parameters,
            Tile current,
            FloatMatrix membrane,
            @Nullable FloatMatrix end,
            SpikeMatrix spikes,
            int block) {
        for (int i = 0; i < VECTORS; i += 2) {
            fireTwo(parameters, current, membrane, end, spikes, block, i);
        }
    }

    /**
     * Two vectors of neurons side by side: a step of one waits for the step before. Four are faster, and more than C2
     * inlines: it boxed some of them in JVMs that had trained other networks.
     */
    private static void fireTwo(
            LeakyNeurons parameters,
            Tile current,
            FloatMatrix membrane,
            @Nullable FloatMatrix end,
            SpikeMatrix spikes,
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
        FloatVector threshold0 = FloatVector.fromMemorySegment(FLOAT, thresholds, column, ORDER);
        FloatVector threshold1 = FloatVector.fromMemorySegment(FLOAT, thresholds, column + BYTES, ORDER);
        FloatVector beta0 = FloatVector.fromMemorySegment(FLOAT, betas, column, ORDER);
        FloatVector beta1 = FloatVector.fromMemorySegment(FLOAT, betas, column + BYTES, ORDER);
        FloatVector zero = FloatVector.zero(FLOAT);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        // Factor or difference that the previous step uses; the sign of its zero matters, and a mask would be
        // spilled. Lanes choose, so that no vector is one of two by a branch.
        VectorMask<Float> factors = FLOAT.maskAll(zeros);
        FloatVector kept0 = threshold0.mul(0).blend(one, factors);
        FloatVector taken0 = threshold0.blend(zero, factors);
        FloatVector kept1 = threshold1.mul(0).blend(one, factors);
        FloatVector taken1 = threshold1.blend(zero, factors);
        long step = spikes.rowOffset(batch);
        for (int sample = 0; sample < batch; sample++) {
            long from = current.offset(sample, block) + (long) first * BYTES;
            FloatVector in0 = FloatVector.fromMemorySegment(FLOAT, input, from, ORDER);
            FloatVector in1 = FloatVector.fromMemorySegment(FLOAT, input, from + BYTES, ORDER);
            long at = membrane.rowOffset(sample) + column;
            FloatVector u0 = FloatVector.fromMemorySegment(FLOAT, state, at, ORDER);
            FloatVector u1 = FloatVector.fromMemorySegment(FLOAT, state, at + BYTES, ORDER);
            long row = spikes.rowOffset(sample) + (long) block * Long.BYTES + first * COUNT / Byte.SIZE;
            FloatVector reset0 = kept0.blend(taken0, u0.compare(GT, threshold0));
            FloatVector reset1 = kept1.blend(taken1, u1.compare(GT, threshold1));
            for (int t = 0; t < steps; t++) {
                if (u0.getClass() != VECTOR
                        || u1.getClass() != VECTOR
                        || reset0.getClass() != VECTOR
                        || reset1.getClass() != VECTOR) {
                    throw new AssertionError(OTHER_VECTOR);
                }
                if (subtracts) {
                    u0 = beta0.mul(u0).add(in0).sub(reset0);
                    u1 = beta1.mul(u1).add(in1).sub(reset1);
                } else if (zeros) {
                    u0 = beta0.mul(reset0.mul(u0)).add(in0);
                    u1 = beta1.mul(reset1.mul(u1)).add(in1);
                } else {
                    u0 = beta0.mul(u0).add(in0);
                    u1 = beta1.mul(u1).add(in1);
                }
                VectorMask<Float> over0 = u0.compare(GT, threshold0);
                VectorMask<Float> over1 = u1.compare(GT, threshold1);
                reset0 = kept0.blend(taken0, over0);
                reset1 = kept1.blend(taken1, over1);
                long fired = over0.toLong() | over1.toLong() << COUNT;
                if (COUNT == Short.SIZE) {
                    bits.set(JAVA_INT_UNALIGNED, row, (int) fired);
                } else if (COUNT == Byte.SIZE) {
                    bits.set(JAVA_SHORT_UNALIGNED, row, (short) fired);
                } else {
                    bits.set(JAVA_BYTE, row, (byte) fired);
                }
                row += step;
            }
            if (end != null) {
                MemorySegment ends = end.segment();
                Checks.isNative(ends);
                u0.intoMemorySegment(ends, at, ORDER);
                u1.intoMemorySegment(ends, at + BYTES, ORDER);
            }
        }
    }

    /** A single sample. */
    static void distances(LeakyNeurons parameters, LeakyFrame.Source source, FloatMatrix into, int sample, int block) {
        for (int lane = 0; lane < BLOCK_BYTES; lane += 2 * BYTES) {
            distances(parameters, source, into, BLOCK_BYTES, sample, 1, block, lane);
        }
    }

    /**
     * Computes two vectors of neurons, of one sample and the next side by side.
     *
     * @param into receives the distances of all steps of a sample, then of the next sample
     * @param stepBytes bytes between the distances of successive steps
     * @param samples number of samples
     */
    static void distances(
            LeakyNeurons parameters,
            LeakyFrame.Source source,
            FloatMatrix into,
            int stepBytes,
            int first,
            int samples,
            int block,
            int lane) {
        FloatMatrix current = source.current();
        FloatMatrix membrane = source.start();
        int steps = source.steps();
        MemorySegment to = into.segment();
        MemorySegment input = current.segment();
        MemorySegment state = membrane.segment();
        MemorySegment thresholds = parameters.threshold.segment();
        MemorySegment betas = parameters.beta.segment();
        Checks.isNative(to);
        Checks.isNative(input);
        Checks.isNative(state);
        Checks.isNative(thresholds);
        Checks.isNative(betas);
        int within = stepBytes == BLOCK_BYTES ? lane : 0;
        long neuron = (long) block * BLOCK_BYTES + lane;
        boolean subtracts = parameters.options.reset() == Reset.SUBTRACT;
        boolean zeros = parameters.options.reset() == Reset.ZERO;
        FloatVector threshold = FloatVector.fromMemorySegment(FLOAT, thresholds, neuron, ORDER);
        FloatVector threshold2 = FloatVector.fromMemorySegment(FLOAT, thresholds, neuron + BYTES, ORDER);
        FloatVector beta = FloatVector.fromMemorySegment(FLOAT, betas, neuron, ORDER);
        FloatVector beta2 = FloatVector.fromMemorySegment(FLOAT, betas, neuron + BYTES, ORDER);
        FloatVector zero = FloatVector.zero(FLOAT);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        FloatVector none = threshold.mul(0); // without a reset a zero with a sign is subtracted
        FloatVector none2 = threshold2.mul(0);
        for (int i = 0; i < samples; i += 2) {
            int next = Math.min(i + 1, samples - 1); // after the last sample, the last again
            long from = current.rowOffset(first + i) + lane;
            long nextFrom = current.rowOffset(first + next) + lane;
            FloatVector in0 = FloatVector.fromMemorySegment(FLOAT, input, from, ORDER);
            FloatVector in1 = FloatVector.fromMemorySegment(FLOAT, input, from + BYTES, ORDER);
            FloatVector in2 = FloatVector.fromMemorySegment(FLOAT, input, nextFrom, ORDER);
            FloatVector in3 = FloatVector.fromMemorySegment(FLOAT, input, nextFrom + BYTES, ORDER);
            from = membrane.rowOffset(first + i) + neuron;
            nextFrom = membrane.rowOffset(first + next) + neuron;
            FloatVector u0 = FloatVector.fromMemorySegment(FLOAT, state, from, ORDER);
            FloatVector u1 = FloatVector.fromMemorySegment(FLOAT, state, from + BYTES, ORDER);
            FloatVector u2 = FloatVector.fromMemorySegment(FLOAT, state, nextFrom, ORDER);
            FloatVector u3 = FloatVector.fromMemorySegment(FLOAT, state, nextFrom + BYTES, ORDER);
            long at = (long) i * steps * stepBytes + within;
            long nextAt = (long) next * steps * stepBytes + within;
            for (int t = 0; t < steps; t++) {
                if (u0.getClass() != VECTOR
                        || u1.getClass() != VECTOR
                        || u2.getClass() != VECTOR
                        || u3.getClass() != VECTOR) {
                    throw new AssertionError(OTHER_VECTOR);
                }
                VectorMask<Float> over0 = u0.compare(GT, threshold);
                VectorMask<Float> over1 = u1.compare(GT, threshold2);
                VectorMask<Float> over2 = u2.compare(GT, threshold);
                VectorMask<Float> over3 = u3.compare(GT, threshold2);
                if (subtracts) {
                    u0 = beta.mul(u0).add(in0).sub(none.blend(threshold, over0));
                    u1 = beta2.mul(u1).add(in1).sub(none2.blend(threshold2, over1));
                    u2 = beta.mul(u2).add(in2).sub(none.blend(threshold, over2));
                    u3 = beta2.mul(u3).add(in3).sub(none2.blend(threshold2, over3));
                } else if (zeros) {
                    u0 = beta.mul(one.blend(zero, over0).mul(u0)).add(in0);
                    u1 = beta2.mul(one.blend(zero, over1).mul(u1)).add(in1);
                    u2 = beta.mul(one.blend(zero, over2).mul(u2)).add(in2);
                    u3 = beta2.mul(one.blend(zero, over3).mul(u3)).add(in3);
                } else {
                    u0 = beta.mul(u0).add(in0);
                    u1 = beta2.mul(u1).add(in1);
                    u2 = beta.mul(u2).add(in2);
                    u3 = beta2.mul(u3).add(in3);
                }
                u0.sub(threshold).intoMemorySegment(to, at, ORDER);
                u1.sub(threshold2).intoMemorySegment(to, at + BYTES, ORDER);
                u2.sub(threshold).intoMemorySegment(to, nextAt, ORDER);
                u3.sub(threshold2).intoMemorySegment(to, nextAt + BYTES, ORDER);
                at += stepBytes;
                nextAt += stepBytes;
            }
        }
    }

    static void back(LeakyNeurons parameters, LeakyFrame.Source source, LeakyFrame.Room room, int sample, int block) {
        FloatMatrix distance = room.distance();
        FloatMatrix ofDistance = room.gradient();
        FloatMatrix start = source.start();
        FloatMatrix sums = room.sums();
        FloatMatrix carried = source.carried();
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

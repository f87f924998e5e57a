package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.kernel.step.SurrogateConstants;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The backward pass of {@link LeakyFrame} in one loop, for few outputs and the arc tangent. The gradients from the
 * outputs are computed while the CPU divides. Two vectors of neurons run side by side. Resets to zero are left to the
 * loop for any outputs: with them the nodes exceed the number that C2 inlines, and vectors would be boxed. Two steps
 * are written out: in a loop over them gradients come from memory, which takes a third longer.
 */
final class LeakyFrameAtanVector {

    private static final int BLOCK_BYTES = LeakyFrameVector.BLOCK_BYTES;
    private static final int PAIR = 2 * BYTES;
    private static final int STEPS = LeakyFrame.STEPS;

    private LeakyFrameAtanVector() {}

    static void back(
            LeakyNeurons parameters,
            SurrogateConstants atan,
            LeakyFrame.Target target,
            LeakyFrame.Source source,
            LeakyFrame.Room room,
            int block) {
        int most = room.distances().rows() * BLOCK_BYTES / (source.steps() * PAIR);
        int samples = source.current().rows();
        for (int lane = 0; lane < BLOCK_BYTES; lane += PAIR) {
            for (int first = 0; first < samples; first += most) {
                int count = Math.min(most, samples - first);
                LeakyFrameVector.distances(parameters, source, room.distances(), PAIR, first, count, block, lane);
                back(parameters, atan, target, source, room, first, count, block, lane);
            }
        }
    }

    private static void back(
            LeakyNeurons parameters,
            SurrogateConstants atan,
            LeakyFrame.Target target,
            LeakyFrame.Source source,
            LeakyFrame.Room room,
            int first,
            int samples,
            int block,
            int lane) {
        MemorySegment distances = room.distances().segment();
        MemorySegment weights = target.weights().segment();
        MemorySegment betas = parameters.beta.segment();
        MemorySegment sums = room.sums().segment();
        Checks.isNative(distances);
        Checks.isNative(weights);
        Checks.isNative(betas);
        Checks.isNative(sums);
        float[] upstream = target.gradients();
        int outputs = target.outputs();
        int steps = source.steps();
        long column = (long) block * BLOCK_BYTES + lane;
        long weight = target.weights().rowOffset(target.firstWeights(block)) + lane;
        FloatVector none = FloatVector.zero(FLOAT);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        FloatVector a = FloatVector.broadcast(FLOAT, atan.a());
        FloatVector b = FloatVector.broadcast(FLOAT, atan.b());
        FloatVector beta = FloatVector.fromMemorySegment(FLOAT, betas, column, ORDER);
        FloatVector beta2 = FloatVector.fromMemorySegment(FLOAT, betas, column + BYTES, ORDER);
        for (int i = 0; i < samples; i++) {
            FloatVector carry = none;
            FloatVector carry2 = none;
            FloatVector sum = none;
            FloatVector sum2 = none;
            for (int t = (steps - 1) / STEPS * STEPS; t >= 0; t -= STEPS) {
                int from = (first + i) * target.stride() + t * outputs;
                FloatVector g0a = none;
                FloatVector g0b = none;
                FloatVector g1a = none;
                FloatVector g1b = none;
                for (int output = 0; output < outputs; output++) {
                    MemorySegment two = weights.asSlice(weight + (long) output * BLOCK_BYTES, PAIR);
                    FloatVector w = FloatVector.fromMemorySegment(FLOAT, two, 0, ORDER);
                    FloatVector w2 = FloatVector.fromMemorySegment(FLOAT, two, BYTES, ORDER);
                    FloatVector factor = FloatVector.broadcast(FLOAT, upstream[from + output]);
                    g0a = factor.fma(w, g0a);
                    g0b = factor.fma(w2, g0b);
                    factor = FloatVector.broadcast(FLOAT, upstream[from + outputs + output]);
                    g1a = factor.fma(w, g1a);
                    g1b = factor.fma(w2, g1b);
                }
                long at = ((long) i * steps + t) * PAIR;
                if (t + 1 < steps) {
                    long x = at + PAIR;
                    FloatVector y = FloatVector.fromMemorySegment(FLOAT, distances, x, ORDER);
                    FloatVector y2 = FloatVector.fromMemorySegment(FLOAT, distances, x + BYTES, ORDER);
                    y = a.mul(y);
                    y2 = a.mul(y2);
                    carry = carry.add(one.div(one.add(y.mul(y))).mul(b).mul(g1a));
                    carry2 = carry2.add(one.div(one.add(y2.mul(y2))).mul(b).mul(g1b));
                    sum = sum.add(carry);
                    sum2 = sum2.add(carry2);
                    carry = beta.mul(carry);
                    carry2 = beta2.mul(carry2);
                }
                {
                    long x = at;
                    FloatVector y = FloatVector.fromMemorySegment(FLOAT, distances, x, ORDER);
                    FloatVector y2 = FloatVector.fromMemorySegment(FLOAT, distances, x + BYTES, ORDER);
                    y = a.mul(y);
                    y2 = a.mul(y2);
                    carry = carry.add(one.div(one.add(y.mul(y))).mul(b).mul(g0a));
                    carry2 = carry2.add(one.div(one.add(y2.mul(y2))).mul(b).mul(g0b));
                    sum = sum.add(carry);
                    sum2 = sum2.add(carry2);
                    carry = beta.mul(carry);
                    carry2 = beta2.mul(carry2);
                }
            }
            long to = room.sums().rowOffset(first + i) + lane;
            sum.intoMemorySegment(sums, to, ORDER);
            sum2.intoMemorySegment(sums, to + BYTES, ORDER);
            FloatMatrix carried = source.carried();
            if (carried != null) {
                MemorySegment carries = carried.segment();
                Checks.isNative(carries);
                long end = carried.rowOffset(first + i) + column;
                carry.intoMemorySegment(carries, end, ORDER);
                carry2.intoMemorySegment(carries, end + BYTES, ORDER);
            }
        }
    }
}

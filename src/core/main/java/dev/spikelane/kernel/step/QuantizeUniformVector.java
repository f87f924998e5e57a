package dev.spikelane.kernel.step;

import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Arange;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * The variant of {@link Quantize} for uniform levels: a division guesses the level.
 *
 * <pre>{@code
 * guess = round(clamp((x - lowest) / step, 0, levels - 1))
 * x = guess < levels / 2 ? fma(step, guess, lowest) : fma(-step, levels - 1 - guess, highest)
 * }</pre>
 *
 * <p>The guess is the nearest level, with two exceptions. Within {@link QuantizeLevels#doubt} of the middle of two
 * levels, it is compared with its neighbor on the side of x. Far away, where rounding makes distances equal, the levels
 * are searched.
 */
final class QuantizeUniformVector {

    private static final FloatVector ZERO = FloatVector.zero(FLOAT);
    private static final FloatVector ONE = FloatVector.broadcast(FLOAT, 1f);
    private static final FloatVector MINUS_ONE = FloatVector.broadcast(FLOAT, -1f);
    /** Added and subtracted, it rounds numbers from 0 to 2^22 to integers. */
    private static final float ROUND = 0x1p23f;
    /** Above it, comparing all is as fast: with 16 lanes one vector in four has a neuron near a middle. */
    private static final float MOST_DOUBT = 0x1p-7f;

    private QuantizeUniformVector() {}

    static void row(QuantizeLevels levels, FloatMatrix state, int row, int first, int end) {
        int done = levels.doubt() <= MOST_DOUBT ? certain(levels, state, row, first, end) : first;
        if (done < end) {
            compared(levels, state, row, done, end);
        }
    }

    /** Rounds whole vectors; returns the first neuron after them. */
    private static int certain(QuantizeLevels levels, FloatMatrix state, int row, int first, int end) {
        MemorySegment states = state.segment();
        Checks.isNative(states);
        long stateRow = state.rowOffset(row);
        int count = levels.count();
        int middle = count / 2;
        float lowest = levels.value(0);
        float highest = levels.value(count - 1);
        float distance = Arange.step(lowest, highest, count);
        FloatVector low = FloatVector.broadcast(FLOAT, lowest);
        FloatVector high = FloatVector.broadcast(FLOAT, highest);
        FloatVector step = FloatVector.broadcast(FLOAT, distance);
        FloatVector back =
                FloatVector.broadcast(FLOAT, -distance); // -0 for a factor 0, which keeps a highest level of -0
        FloatVector inverse = FloatVector.broadcast(FLOAT, 1 / distance);
        FloatVector farthest = FloatVector.broadcast(FLOAT, QuantizeLevels.FARTHEST * distance);
        FloatVector last = FloatVector.broadcast(FLOAT, (float) (count - 1));
        FloatVector half = FloatVector.broadcast(FLOAT, (float) middle);
        FloatVector near = FloatVector.broadcast(FLOAT, 0.5f - levels.doubt());
        int endVector = Math.min(end, state.columns()) / COUNT;
        for (int i = first / COUNT; i < endVector; i++) {
            long at = stateRow + (long) i * BYTES;
            FloatVector above =
                    FloatVector.fromMemorySegment(FLOAT, states, at, ORDER).sub(low);
            // Clamp as integers: floats that are not negative have the order of their bits, and negative floats are
            // negative integers.
            FloatVector place = (FloatVector) ((IntVector) above.mul(inverse).reinterpretShape(INT, 0))
                    .max(0)
                    .min(last.reinterpretShape(INT, 0))
                    .reinterpretShape(FLOAT, 0);
            FloatVector guess = place.add(ROUND).sub(ROUND);
            VectorMask<Float> certain = place.sub(guess).abs().compare(LE, near).and(above.compare(LE, farthest));
            if (certain.allTrue()) {
                FloatVector fromLow = step.fma(guess, low);
                FloatVector fromHigh = back.fma(last.sub(guess), high);
                fromHigh.blend(fromLow, guess.compare(LT, half)).intoMemorySegment(states, at, ORDER);
            } else {
                compared(levels, state, row, i * COUNT, (i + 1) * COUNT);
            }
        }
        return Math.max(first, endVector * COUNT);
    }

    private static void compared(QuantizeLevels levels, FloatMatrix state, int row, int first, int end) {
        MemorySegment states = state.segment();
        Checks.isNative(states);
        long stateRow = state.rowOffset(row);
        int count = levels.count();
        int middle = count / 2;
        int neurons = state.columns();
        float lowest = levels.value(0);
        float highest = levels.value(count - 1);
        float distance = Arange.step(lowest, highest, count);
        FloatVector low = FloatVector.broadcast(FLOAT, lowest);
        FloatVector high = FloatVector.broadcast(FLOAT, highest);
        FloatVector step = FloatVector.broadcast(FLOAT, distance);
        FloatVector inverse = FloatVector.broadcast(FLOAT, 1 / distance);
        FloatVector farthest = FloatVector.broadcast(FLOAT, QuantizeLevels.FARTHEST * distance);
        FloatVector last = FloatVector.broadcast(FLOAT, (float) (count - 1));
        FloatVector half = FloatVector.broadcast(FLOAT, (float) middle);
        int endVector = Math.ceilDiv(Math.min(end, neurons), COUNT);
        for (int i = first / COUNT; i < endVector; i++) {
            long at = stateRow + (long) i * BYTES;
            FloatVector x = FloatVector.fromMemorySegment(FLOAT, states, at, ORDER);
            FloatVector above = x.sub(low);
            if (!above.compare(LE, farthest).allTrue()) {
                Quantize.search(levels, state, row, i * COUNT, (i + 1) * COUNT);
            } else {
                FloatVector guess = within(above.mul(inverse), last).add(ROUND).sub(ROUND);
                FloatVector level = level(guess, low, high, step, last, half);
                FloatVector over = x.sub(level);
                FloatVector next = within(guess.add(ONE.blend(MINUS_ONE, over.compare(LT, 0))), last);
                FloatVector other = level(next, low, high, step, last, half);
                FloatVector far = over.abs();
                FloatVector otherFar = x.sub(other).abs();
                VectorMask<Float> nearer =
                        otherFar.compare(LT, far).or(otherFar.compare(EQ, far).and(next.compare(LT, guess)));
                ZERO.blend(level.blend(other, nearer), FLOAT.indexInRange(i * COUNT, neurons))
                        .intoMemorySegment(states, at, ORDER);
            }
        }
    }

    private static FloatVector within(FloatVector index, FloatVector last) {
        FloatVector positive = index.blend(ZERO, index.compare(LT, ZERO));
        return positive.blend(last, positive.compare(GT, last));
    }

    /** Returns {@link Arange#between} in lanes. */
    private static FloatVector level(
            FloatVector index,
            FloatVector low,
            FloatVector high,
            FloatVector step,
            FloatVector last,
            FloatVector half) {
        FloatVector fromLow = step.fma(index, low);
        FloatVector fromHigh = step.neg().fma(last.sub(index), high);
        return fromHigh.blend(fromLow, index.compare(LT, half));
    }
}

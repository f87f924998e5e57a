package dev.spikelane.kernel.product.gradient;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * Products with a matrix of values of which about half are zero. It adds only the places at which one of two
 * neighboring lines is not zero. If the other matrix is finite, this changes at most the sign of a zero sum. Two lines
 * share the loads of the other matrix.
 */
@SuppressWarnings("NarrowCalculation") // offsets within vectors are int on purpose
class PairListsVector {

    private static final int STRIP_BYTES = 4 * BYTES;

    private static final PairListsVector LOOPS = Unrolled.of(MethodHandles.lookup(), new PairListsVector());

    private PairListsVector() {}

    /** Adds the currents of all rows for a block of outputs, from lists of rows. */
    static void multiply(
            PairLists lists,
            FloatMatrix input,
            PackedWeights weights,
            int block,
            FloatMatrix current,
            long column,
            Walk walk) {
        walk.factorStep = Float.BYTES;
        walk.valueStep = PackedWeights.BLOCK_BYTES;
        for (int panel = 0; panel < lists.panels; panel++) {
            for (int strip = 0; strip < PackedWeights.BLOCK_BYTES; strip += STRIP_BYTES) {
                for (int pair = 0; pair < lists.pairs; pair++) {
                    int second = Math.min(2 * pair + 1, input.rows() - 1);
                    walk.factor = input.rowOffset(2 * pair);
                    walk.otherFactor = input.rowOffset(second);
                    walk.sum = current.rowOffset(2 * pair) + column + strip;
                    walk.otherSum = current.rowOffset(second) + column + strip;
                    walk.value = weights.blockOffset(block) + strip;
                    LOOPS.add(lists, panel * lists.pairs + pair, input, weights.segment(), current.segment(), walk);
                }
            }
        }
    }

    /** Adds the gradients of a block of outputs for all inputs, from lists of columns. */
    static void add(
            PairLists lists,
            FloatMatrix source,
            FloatMatrix values,
            WeightGradientVector.Part part,
            MemorySegment sums,
            Walk walk) {
        int lastInput = source.columns() - 1;
        int firstPair = part.firstInput / 2;
        int endPair = Math.ceilDiv(part.firstInput + part.inputs, 2);
        walk.factorStep = source.rowOffset(1);
        walk.valueStep = values.rowOffset(1);
        for (int strip = 0; strip < PackedWeights.BLOCK_BYTES; strip += STRIP_BYTES) {
            long column = part.column + strip;
            long to = part.to - (long) part.firstInput * PackedWeights.BLOCK_BYTES + strip;
            for (int pair = firstPair; pair < endPair; pair++) {
                int second = Math.min(2 * pair + 1, lastInput);
                walk.factor = 2L * pair * Float.BYTES;
                walk.otherFactor = (long) second * Float.BYTES;
                walk.sum = to + 2L * pair * PackedWeights.BLOCK_BYTES;
                walk.otherSum = to + (long) second * PackedWeights.BLOCK_BYTES;
                walk.value = column;
                LOOPS.add(lists, pair, source, values.segment(), sums, walk);
            }
        }
    }

    /** Offsets and steps of a walk along a list, in bytes. An object serves one thread and can be used again. */
    static final class Walk {
        /** Offsets of the factors of both lines, and their step from place to place. */
        private long factor;

        private long otherFactor;
        private long factorStep;
        /** Offset of the values, which both lines share, and their step from place to place. */
        private long value;

        private long valueStep;
        /** Offsets of both sums. */
        private long sum;

        private long otherSum;
    }

    void add(PairLists lists, int list, FloatMatrix factors, MemorySegment value, MemorySegment sum, Walk walk) {
        MemorySegment factor = factors.segment();
        Checks.isNative(factor);
        Checks.isNative(value);
        Checks.isNative(sum);
        int[] places = lists.places;
        int end = lists.starts[list + 1];
        long first = walk.factor;
        long second = walk.otherFactor;
        long factorStep = walk.factorStep;
        long base = walk.value;
        long valueStep = walk.valueStep;
        long to = walk.sum;
        long other = walk.otherSum;
        FloatVector[] sums = new FloatVector[8];
        for (int v = 0; v < 8; v = next(v)) {
            sums[v] = FloatVector.fromMemorySegment(FLOAT, sum, (v < 4 ? to : other) + v % 4 * BYTES, ORDER);
        }
        for (int i = lists.starts[list]; i < end; i++) {
            int place = places[i];
            long at = place * factorStep;
            long from = base + place * valueStep;
            FloatVector x = FloatVector.broadcast(FLOAT, factor.get(JAVA_FLOAT_UNALIGNED, first + at));
            FloatVector y = FloatVector.broadcast(FLOAT, factor.get(JAVA_FLOAT_UNALIGNED, second + at));
            MemorySegment four = value.asSlice(from, STRIP_BYTES); // one check for four loads
            for (int v = 0; v < 4; v = next(v)) {
                FloatVector vector = FloatVector.fromMemorySegment(FLOAT, four, v * BYTES, ORDER);
                sums[v] = x.fma(vector, sums[v]);
                sums[v + 4] = y.fma(vector, sums[v + 4]);
            }
        }
        for (int v = 0; v < 8; v = next(v)) { // the second line first: it may repeat the first
            int sumIndex = (v + 4) % 8;
            sums[sumIndex].intoMemorySegment(sum, (sumIndex < 4 ? to : other) + v % 4 * BYTES, ORDER);
        }
    }
}

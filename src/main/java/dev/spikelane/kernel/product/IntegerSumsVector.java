package dev.spikelane.kernel.product;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.INT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Tile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Turns sums into currents. Narrow sums are vectors of 16-bit lanes; wide ones take two vectors each: of their even places, and of their
 * odd places.
 */
@SuppressWarnings("NarrowCalculation") // offsets within the workspace are int on purpose
final class IntegerSumsVector {

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int VECTORS = IntegerMatmulVector.VECTORS;
    private static final int STRIP = IntegerMatmulVector.STRIP;

    /** Bytes from the currents of a vector's even places to those of its odd places. */
    private static final int HALF_BLOCK = PackedWeights.BLOCK_BYTES / 2;

    private IntegerSumsVector() {}

    static void clearWide(MemorySegment workspace, int rows) {
        Checks.isNative(workspace);
        IntVector zero = IntVector.zero(INT);
        for (int i = 0; i < rows * 2 * STRIP; i++) {
            zero.intoMemorySegment(workspace, IntegerSums.WIDE + (long) i * BYTES, ORDER);
        }
    }

    /** Adds narrow sums, shifted, to wide ones. */
    static void widen(MemorySegment workspace, int rows, int shift) {
        Checks.isNative(workspace);
        long to = IntegerSums.WIDE;
        for (int i = 0; i < rows * STRIP; i++) {
            IntVector pairs = IntVector.fromMemorySegment(INT, workspace, IntegerSums.NARROW + (long) i * BYTES, ORDER);
            IntVector low = pairs.lanewise(VectorOperators.LSHL, Short.SIZE)
                    .lanewise(VectorOperators.ASHR, Short.SIZE)
                    .lanewise(VectorOperators.LSHL, shift);
            IntVector high = pairs.lanewise(VectorOperators.ASHR, Short.SIZE).lanewise(VectorOperators.LSHL, shift);
            IntVector.fromMemorySegment(INT, workspace, to, ORDER).add(low).intoMemorySegment(workspace, to, ORDER);
            IntVector.fromMemorySegment(INT, workspace, to + BYTES, ORDER)
                    .add(high)
                    .intoMemorySegment(workspace, to + BYTES, ORDER);
            to += 2 * BYTES;
        }
    }

    /**
     * Makes wide sums of those of whole 32-bit lanes beside those of their upper halves. The difference of the two is the sum of the lower
     * halves, which have no sign and do not reach 2^32.
     */
    static void separate(MemorySegment workspace, int rows) {
        Checks.isNative(workspace);
        long at = IntegerSums.WIDE;
        for (int row = 0; row < rows; row++) {
            int offset = ActiveInputs.count(workspace, row) * PackedIntegers.OFFSET;
            for (int i = 0; i < STRIP; i++) {
                IntVector high = IntVector.fromMemorySegment(INT, workspace, at + BYTES, ORDER)
                        .lanewise(VectorOperators.LSHL, Short.SIZE);
                IntVector.fromMemorySegment(INT, workspace, at, ORDER)
                        .sub(high)
                        .sub(offset)
                        .intoMemorySegment(workspace, at, ORDER);
                at += 2 * BYTES;
            }
        }
    }

    /** Makes currents of narrow sums. */
    static void finishNarrow(
            MemorySegment workspace, int firstRow, int rows, PackedIntegers weights, Tile current, int vector) {
        Checks.isNative(workspace);
        int end = Math.min(vector + STRIP, current.endBlock() * VECTORS);
        for (int each = vector; each < end; each++) {
            long from = IntegerSums.NARROW + (long) (each - vector) * BYTES;
            finish(workspace, from, firstRow, rows, weights, current, each, false);
        }
    }

    /** Makes currents of wide sums. */
    static void finishWide(
            MemorySegment workspace, int firstRow, int rows, PackedIntegers weights, Tile current, int vector) {
        Checks.isNative(workspace);
        int end = Math.min(vector + STRIP, current.endBlock() * VECTORS);
        for (int each = vector; each < end; each++) {
            long from = IntegerSums.WIDE + (long) (each - vector) * 2 * BYTES;
            finish(workspace, from, firstRow, rows, weights, current, each, true);
        }
    }

    /** Longer than the methods that C2 inlines (325 bytes), so that it does not meet the other loops in one that calls them all. */
    private static void finish(
            MemorySegment workspace,
            long start,
            int firstRow,
            int rows,
            PackedIntegers weights,
            Tile current,
            int vector,
            boolean wide) {
        MemorySegment to = current.matrix().segment();
        MemorySegment scales = weights.scales().segment();
        MemorySegment biases = weights.bias().segment();
        Checks.isNative(workspace);
        Checks.isNative(to);
        Checks.isNative(scales);
        Checks.isNative(biases);
        int block = vector / VECTORS;
        long within = (long) (vector % VECTORS) * BYTES;
        long output = (long) block * PackedWeights.BLOCK_BYTES + within;
        FloatVector lowScale = FloatVector.fromMemorySegment(FLOAT, scales, output, ORDER);
        FloatVector highScale = FloatVector.fromMemorySegment(FLOAT, scales, output + HALF_BLOCK, ORDER);
        FloatVector lowBias = FloatVector.fromMemorySegment(FLOAT, biases, output, ORDER);
        FloatVector highBias = FloatVector.fromMemorySegment(FLOAT, biases, output + HALF_BLOCK, ORDER);
        int shift = wide ? 0 : Short.SIZE;
        int further = wide ? BYTES : 0;
        long from = start;
        for (int row = firstRow; row < firstRow + rows; row++) {
            // Shifts by nothing, as a vector that is one or the other would be boxed.
            IntVector low =
                    IntVector.fromMemorySegment(INT, workspace, from, ORDER).lanewise(VectorOperators.LSHL, shift);
            low = low.lanewise(VectorOperators.ASHR, shift);
            IntVector high = IntVector.fromMemorySegment(INT, workspace, from + further, ORDER)
                    .lanewise(VectorOperators.ASHR, shift);
            FloatVector lowSum = (FloatVector) low.convert(VectorOperators.I2F, 0);
            FloatVector highSum = (FloatVector) high.convert(VectorOperators.I2F, 0);
            long at = current.offset(row, block) + within;
            lowSum.mul(lowScale).add(lowBias).intoMemorySegment(to, at, ORDER);
            highSum.mul(highScale).add(highBias).intoMemorySegment(to, at + HALF_BLOCK, ORDER);
            from += (wide ? 2 : 1) * STRIP * BYTES;
        }
    }
}

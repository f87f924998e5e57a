package dev.spikelane.kernel.product.dense;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.DenseMatmul.Panels;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/** Copies or transposes parts of matrices into the panels that {@link DenseMatmulVector} reads. */
@SuppressWarnings("NarrowCalculation") // offsets within a panel are int on purpose
final class DensePanelsVector {

    /** Shuffles that take every lane of a vector's lower or upper half twice. */
    private static final VectorShuffle<Float> LOWER = VectorShuffle.fromOp(FLOAT, lane -> lane / 2);

    private static final VectorShuffle<Float> UPPER = VectorShuffle.fromOp(FLOAT, lane -> (COUNT + lane) / 2);
    private static final VectorMask<Float> ODD = VectorMask.fromLong(FLOAT, 0xAAAA_AAAA_AAAA_AAAAL);

    /** Passes of {@link #interleave} that transpose a square: the binary logarithm of its side. */
    private static final int PASSES = Integer.numberOfTrailingZeros(COUNT);

    private DensePanelsVector() {}

    /** Transposes {@code depth} rows of some columns of {@code a} into {@link Panels#A}. */
    static void packA(FloatMatrix a, int k, int depth, int column, int columns, MemorySegment workspace) {
        transpose(a, k, depth, column, columns, workspace, Panels.A, Panels.A_STEP);
    }

    /** Copies {@code depth} rows of a block of {@code op(b)} into {@link Panels#B}. */
    static void packB(
            FloatMatrix b, boolean transpose, int k, int depth, int block, int columns, MemorySegment workspace) {
        int column = block * PackedWeights.BLOCK;
        if (transpose) {
            int columnsHere = Math.min(columns - column, PackedWeights.BLOCK);
            transpose(b, column, columnsHere, k, depth, workspace, Panels.B, PackedWeights.BLOCK_BYTES);
            return;
        }
        MemorySegment source = b.segment();
        Checks.isNative(source);
        Checks.isNative(workspace);
        for (int i = 0; i < depth; i++) {
            long from = b.rowOffset(k + i) + (long) column * Float.BYTES;
            long to = Panels.B + (long) i * PackedWeights.BLOCK_BYTES;
            for (int lanes = 0; lanes < PackedWeights.BLOCK_BYTES; lanes += BYTES) {
                FloatVector.fromMemorySegment(FLOAT, source, from + lanes, ORDER)
                        .intoMemorySegment(workspace, to + lanes, ORDER);
            }
        }
    }

    /**
     * Computes {@code target[column][row] = source[row][column]} by squares with a side of one vector. Columns of the
     * target after the last are filled up to the side of a square with arbitrary values.
     */
    private static void transpose(
            FloatMatrix source, int row, int rows, int column, int columns, MemorySegment target, long to, long step) {
        for (int i = 0; i < rows; i += COUNT) {
            int last = Math.min(rows - i, COUNT) - 1;
            for (int j = 0; j < columns; j += COUNT) {
                long from = source.rowOffset(row + i) + (long) (column + j) * Float.BYTES;
                transposeSquare(
                        source.segment(),
                        from,
                        source.rowOffset(1),
                        last,
                        target,
                        to + j * step + (long) i * Float.BYTES,
                        step);
            }
        }
    }

    /**
     * Transposes a square. An element's index is its row's bits, then its column's bits. Each pass rotates them by one,
     * so row and column have changed places after as many passes as a row has bits.
     */
    private static void transposeSquare(
            MemorySegment source, long from, long fromStep, int last, MemorySegment target, long to, long toStep) {
        long here = Panels.SQUARES;
        long there = Panels.SQUARES + Panels.SQUARE_BYTES;
        interleave(source, from, fromStep, last, target, here, BYTES);
        for (int pass = 2; pass < PASSES; pass++) {
            interleave(target, here, BYTES, COUNT - 1, target, there, BYTES);
            long swap = here;
            here = there;
            there = swap;
        }
        interleave(target, here, BYTES, COUNT - 1, target, to, toStep);
    }

    /**
     * Interleaves the lanes of rows {@code i} and {@code i + side / 2} of the source into rows {@code 2 i} and
     * {@code 2 i + 1} of the target.
     */
    private static void interleave(
            MemorySegment source, long from, long fromStep, int last, MemorySegment target, long to, long toStep) {
        Checks.isNative(source);
        Checks.isNative(target);
        for (int i = 0; i < COUNT / 2; i++) {
            FloatVector even = FloatVector.fromMemorySegment(FLOAT, source, from + Math.min(i, last) * fromStep, ORDER);
            FloatVector odd = FloatVector.fromMemorySegment(
                    FLOAT, source, from + Math.min(i + COUNT / 2, last) * fromStep, ORDER);
            FloatVector lower = even.rearrange(LOWER).blend(odd.rearrange(LOWER), ODD);
            FloatVector upper = even.rearrange(UPPER).blend(odd.rearrange(UPPER), ODD);
            lower.intoMemorySegment(target, to + 2 * i * toStep, ORDER);
            upper.intoMemorySegment(target, to + (2 * i + 1) * toStep, ORDER);
        }
    }
}

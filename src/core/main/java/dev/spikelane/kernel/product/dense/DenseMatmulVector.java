package dev.spikelane.kernel.product.dense;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.product.BitsVector;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.DenseMatmul.Panels;
import dev.spikelane.kernel.product.dense.DenseTileVector.Steps;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The vector variant of {@link DenseMatmul}. {@linkplain DenseTileVector Tiles} hold 4 rows by 4 vectors of sums in
 * registers, or 6 by 2 if there are only 16 registers. They reach 0.84 to 1.04 of OpenBLAS's speed (Zen 5, 512 bits,
 * 2026-11).
 *
 * <p>The loops around them keep the operands in cache: {@link Panels#DEPTH} steps of the sum and 64 columns of
 * {@code b} for {@link Panels#ROWS} rows of {@code a} at a time. Between panels the partial sums are stored in
 * {@code c} as float32, which changes no bit.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class DenseMatmulVector {

    private static final int STRIP_BYTES = 4 * BYTES;

    static final DenseTileVector TILE = tile(TileWalk.ROWS, TileWalk.VECTORS);

    private static final DenseTileVector TWO_ROWS = tile(2, 4);

    private static final DenseTileVector ROW = tile(1, 4);

    private DenseMatmulVector() {}

    private static DenseTileVector tile(int rows, int vectors) {
        Steps steps = TileWalk.WIDE || rows == 1 ? Steps.PACKED : Steps.ADDED;
        return DenseTileVector.of(rows, vectors, steps);
    }

    /** Multiplies by packed weights in place. */
    static void packed(FloatMatrix input, int rows, PackedWeights weights, Tile tile) {
        FloatMatrix current = tile.matrix();
        int firstOfMatrix = tile.origin() / PackedWeights.BLOCK;
        for (int row = 0; row < rows; row += Panels.ROWS) {
            int rowsHere = Math.min(rows - row, Panels.ROWS);
            for (int block = tile.firstBlock(); block < tile.endBlock(); block++) {
                packed(input, row, rowsHere, weights, block, current, block - firstOfMatrix);
            }
        }
    }

    /**
     * Multiplies some rows by one block. A weight that is not finite gives NaN if its factor is zero. So this checks
     * the weights before, or the sums after, whichever are fewer.
     */
    private static void packed(
            FloatMatrix input, int row, int rows, PackedWeights weights, int block, FloatMatrix current, int to) {
        int inputs = weights.inputs();
        int columns = columns(weights.outputs(), block);
        boolean fewWeights = inputs <= rows;
        int used = usedBytes(columns);
        long weight = weights.blockOffset(block);
        long step = PackedWeights.BLOCK_BYTES;
        long sum = current.rowOffset(row) + to * step;
        boolean finite = !fewWeights || BitsVector.areFinite(weights.segment(), weight, step, inputs, used);
        while (true) {
            start(current, row, rows, to, weights.biasSegment(), block);
            for (int k = 0; k < inputs; k += Panels.DEPTH) {
                addPanel(
                        input.segment(),
                        input.rowOffset(row) + (long) k * Float.BYTES,
                        input.rowOffset(1),
                        rows,
                        weights.segment(),
                        weight + k * step,
                        Math.min(inputs - k, Panels.DEPTH),
                        current,
                        row,
                        to,
                        columns,
                        finite);
            }
            clear(current, row, rows, to, columns);
            if (!finite
                    || fewWeights
                    || !BitsVector.haveNan(current.segment(), sum, current.rowOffset(1), rows, used)) {
                return;
            }
            finite = false;
        }
    }

    /** Packs a panel of {@code b}, and of {@code a} if it is transposed, just before use. */
    static void general(
            FloatMatrix a,
            boolean transposeA,
            FloatMatrix b,
            boolean transposeB,
            FloatMatrix c,
            boolean accumulate,
            MemorySegment workspace) {
        int depth = transposeA ? a.rows() : a.columns();
        int blocks = c.stride() / PackedWeights.BLOCK;
        MemorySegment rowsOfA = transposeA ? workspace : a.segment();
        long step = transposeA ? Panels.A_STEP : a.rowOffset(1);
        for (int row = 0; row < c.rows(); row += Panels.ROWS) {
            int rowsHere = Math.min(c.rows() - row, Panels.ROWS);
            for (int k = 0; k < depth; k += Panels.DEPTH) {
                int steps = Math.min(depth - k, Panels.DEPTH);
                long from = transposeA ? Panels.A : a.rowOffset(row) + (long) k * Float.BYTES;
                if (transposeA) {
                    DensePanelsVector.packA(a, k, steps, row, rowsHere, workspace);
                }
                for (int block = 0; block < blocks; block++) {
                    DensePanelsVector.packB(b, transposeB, k, steps, block, c.columns(), workspace);
                    if (k == 0 && !accumulate) {
                        clear(c, row, rowsHere, block, 0);
                    }
                    int columns = columns(c.columns(), block);
                    boolean finite = BitsVector.areFinite(
                            workspace, Panels.B, PackedWeights.BLOCK_BYTES, steps, usedBytes(columns));
                    addPanel(rowsOfA, from, step, rowsHere, workspace, Panels.B, steps, c, row, block, columns, finite);
                    if (k + steps == depth) {
                        clear(c, row, rowsHere, block, columns);
                    }
                }
            }
        }
    }

    /** Starts the sums of a block at its biases. */
    private static void start(FloatMatrix c, int row, int rows, int block, MemorySegment bias, int biasBlock) {
        MemorySegment sums = c.segment();
        Checks.isNative(sums);
        Checks.isNative(bias);
        long outputs = (long) block * PackedWeights.BLOCK_BYTES;
        for (int i = 0; i < rows; i++) {
            long at = c.rowOffset(row + i) + outputs;
            for (int lanes = 0; lanes < PackedWeights.BLOCK_BYTES; lanes += BYTES) {
                FloatVector.fromMemorySegment(FLOAT, bias, (long) biasBlock * PackedWeights.BLOCK_BYTES + lanes, ORDER)
                        .intoMemorySegment(sums, at + lanes, ORDER);
            }
        }
    }

    /**
     * Adds {@code depth} products to the sums of one block, of which {@code columns} are used. The lanes after them get
     * meaningless sums, which may not be finite. Unless {@code b} is {@code finite}, zeros in {@code a} are skipped.
     */
    private static void addPanel(
            MemorySegment a,
            long fromA,
            long stepA,
            int rows,
            MemorySegment b,
            long fromB,
            int depth,
            FloatMatrix c,
            int firstRow,
            int block,
            int columns,
            boolean finite) {
        int used = usedBytes(columns);
        long step = c.rowOffset(1);
        long to = c.rowOffset(firstRow) + (long) block * PackedWeights.BLOCK_BYTES;
        if (!finite) {
            for (int row = 0; row < rows; row++) {
                long from = fromA + row * stepA;
                long at = to + row * step;
                ZeroInputsVector.add(
                        a, from, Float.BYTES, b, fromB, PackedWeights.BLOCK_BYTES, c.segment(), at, used, depth);
            }
            return;
        }
        int left = rows % TileWalk.ROWS;
        int tall = TileWalk.WIDE && left == TileWalk.ROWS - 1 ? rows : rows - left;
        // All rows of a strip come before the next strip, because they read the same part of b.
        for (int strip = 0; strip < columns * Float.BYTES; strip += TileWalk.STRIP_BYTES) {
            for (int row = 0; row < tall; row += TileWalk.ROWS) {
                int last = Math.min(rows - row, TileWalk.ROWS) - 1;
                add(TILE, a, fromA + row * stepA, stepA, b, fromB + strip, c, to + row * step + strip, last, depth);
            }
        }
        for (int strip = 0; strip < used; strip += STRIP_BYTES) {
            for (int row = tall; row < rows; row += 2) {
                int last = Math.min(rows - row, 2) - 1;
                DenseTileVector few = last == 0 ? ROW : TWO_ROWS;
                add(few, a, fromA + row * stepA, stepA, b, fromB + strip, c, to + row * step + strip, last, depth);
            }
        }
    }

    /** Adds a tile whose factors are consecutive, as are the vectors of a panel. */
    private static void add(
            DenseTileVector tile,
            MemorySegment a,
            long fromA,
            long stepA,
            MemorySegment b,
            long fromB,
            FloatMatrix c,
            long at,
            int last,
            int depth) {
        long stepB = PackedWeights.BLOCK_BYTES;
        tile.add(a, fromA, stepA, Float.BYTES, b, fromB, stepB, c.segment(), at, c.rowOffset(1), last, depth);
    }

    /**
     * Clears a block from a lane on. Zeros in {@code b} after the last column would not do: infinity times zero is NaN.
     * Lanes of a partly used vector are stored one by one, because C2 boxes masks at times.
     */
    private static void clear(FloatMatrix c, int row, int rows, int block, int firstLane) {
        MemorySegment sums = c.segment();
        Checks.isNative(sums);
        FloatVector zero = FloatVector.zero(FLOAT);
        int wholeLanes = Math.ceilDiv(firstLane, COUNT) * COUNT;
        for (int i = 0; i < rows; i++) {
            long at = c.rowOffset(row + i) + (long) block * PackedWeights.BLOCK_BYTES;
            for (int lane = firstLane; lane < wholeLanes; lane++) {
                sums.set(JAVA_FLOAT, at + (long) lane * Float.BYTES, 0f);
            }
            for (int lane = wholeLanes; lane < PackedWeights.BLOCK; lane += COUNT) {
                zero.intoMemorySegment(sums, at + (long) lane * Float.BYTES, ORDER);
            }
        }
    }

    /** Returns the number of columns of a block, if there are {@code all} columns. */
    private static int columns(int all, int block) {
        return Math.min(all - block * PackedWeights.BLOCK, PackedWeights.BLOCK);
    }

    /** Returns the bytes of a block that hold columns, rounded up to whole strips. */
    private static int usedBytes(int columns) {
        return (columns + 4 * COUNT - 1) / (4 * COUNT) * STRIP_BYTES;
    }
}

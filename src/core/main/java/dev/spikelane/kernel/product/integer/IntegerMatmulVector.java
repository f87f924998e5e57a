package dev.spikelane.kernel.product.integer;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.OtherLanes.SHORT;

import dev.spikelane.kernel.product.spike.ActiveLists;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The variant of {@link IntegerMatmul} that visits active inputs, four vectors of weights at a time. A lane holds two
 * weights. Whole lanes are summed, and their upper halves separately; the difference is the sum of the lower halves.
 * The last vector may reach past its four blocks; the sums of its other lanes are not used.
 */
@SuppressWarnings("NarrowCalculation") // offsets within the workspace are int on purpose
class IntegerMatmulVector {

    /** Vectors of weights that are added together. */
    static final int STRIP = 4;

    private static final int STRIP_BYTES = STRIP * BYTES;
    private static final int PAIR_BYTES = 2 * BYTES;

    /** 8-bit weights that can be added in 16 bits: 256 * -128, 256 * 127 and, unsigned, 256 * 255 fit. */
    private static final int MOST_ADDED = 256;

    /** Least rows that share weights, if there are as many. */
    private static final int LEAST_ROWS = 32;

    /** The offset of weights in the lower half of a lane. */
    private static final int SHORT_OFFSET = 1 << 15;

    /** Bytes from the sums of the lower halves of a block to the sums of the upper halves. */
    private static final int NARROW_HALF = IntegerSums.NARROW_BYTES / 2;

    private static final int WIDE_HALF = IntegerSums.WIDE_BYTES / 2;

    /** Mask of twice an input's number in an entry of a list. */
    private static final int NUMBER = Integer.MAX_VALUE & ~ActiveLists.GOES_ON;

    private static final IntegerMatmulVector FOUR = Unrolled.of(MethodHandles.lookup(), new IntegerMatmulVector(STRIP));

    /** The loop for the last two vectors or fewer. */
    private static final IntegerMatmulVector TWO = Unrolled.of(MethodHandles.lookup(), new IntegerMatmulVector(2));

    private final int vectors;

    private IntegerMatmulVector(int vectors) {
        this.vectors = vectors;
    }

    /**
     * Computes the first rows.
     *
     * @param active the number of spikes in these rows
     */
    static void active(
            SpikeMatrix spikes, int rows, long active, PackedIntegers weights, Tile current, ProductScratch workspace) {
        ActiveLists lists = workspace.integerLists;
        int tile = Math.min(ActiveLists.rows(rows, active), mostRows(weights.type(), current));
        for (int row = 0; row < rows; row += tile) {
            int some = Math.min(tile, rows - row);
            lists.list(spikes, row, some, some == rows ? active : spikes.count(row, some));
            int blocks = IntegerSums.ROOM / some / PackedIntegers.SIDE_BY_SIDE * PackedIntegers.SIDE_BY_SIDE;
            int end;
            for (int block = current.firstBlock(); block < current.endBlock(); block = end) {
                end = Math.min(block / blocks * blocks + blocks, current.endBlock());
                if (weights.type() != ElementType.INT16) {
                    bytes(lists, row, some, weights, current, block, end, workspace.tables);
                } else {
                    shorts(lists, some, weights, block, end, workspace.tables);
                    IntegerSumsVector.finishWide(
                            workspace.tables, stride(block, end), row, some, weights, current, block, end);
                }
            }
        }
    }

    /**
     * Returns the rows whose sums fit the memory for all outputs: memory takes whole rows of currents faster than
     * parts. 16-bit weights often exceed the L2 cache, so they are added to many rows instead.
     */
    private static int mostRows(ElementType type, Tile current) {
        return type != ElementType.INT16
                ? Math.max(LEAST_ROWS, IntegerSums.ROOM / stride(current.firstBlock(), current.endBlock()))
                : IntegerSums.ROWS;
    }

    /**
     * Returns the number of blocks from one row's sums to the next row's; vectors may reach past the last block in use.
     */
    private static int stride(int block, int end) {
        int part = PackedIntegers.SIDE_BY_SIDE;
        return (Math.ceilDiv(end, part) - block / part) * part;
    }

    private static void bytes(
            ActiveLists lists,
            int firstRow,
            int rows,
            PackedIntegers weights,
            Tile current,
            int block,
            int end,
            MemorySegment workspace) {
        int stride = stride(block, end);
        int most = lists.most(rows);
        if (most <= MOST_ADDED) {
            bytes(lists, 0, rows, weights, block, end, workspace);
            IntegerSumsVector.finishNarrow(workspace, stride, firstRow, rows, weights, current, block, end);
            return;
        }
        IntegerSumsVector.clear(workspace, IntegerSums.WIDE, rows * stride * IntegerSums.WIDE_BYTES);
        for (int skipped = 0; skipped < most; skipped += MOST_ADDED) {
            bytes(lists, skipped, rows, weights, block, end, workspace);
            IntegerSumsVector.widen(workspace, rows * stride);
        }
        IntegerSumsVector.finishWide(workspace, stride, firstRow, rows, weights, current, block, end);
    }

    /** Adds up to {@link #MOST_ADDED} active inputs of each row, after skipping some. */
    private static void bytes(
            ActiveLists lists,
            int skipped,
            int rows,
            PackedIntegers weights,
            int firstBlock,
            int end,
            MemorySegment workspace) {
        int stride = stride(firstBlock, end) * IntegerSums.NARROW_BYTES;
        int next;
        for (int block = firstBlock; block < end; block = next) {
            next = Math.min(
                    end,
                    block / PackedIntegers.SIDE_BY_SIDE * PackedIntegers.SIDE_BY_SIDE + PackedIntegers.SIDE_BY_SIDE);
            int bytes = (next - block) * PackedIntegers.BLOCK;
            int half = weights.inputBytes(block) / 2;
            long from = weights.blockOffset(block);
            int to = IntegerSums.NARROW + (block - firstBlock) * IntegerSums.NARROW_BYTES;
            for (int done = 0; done < bytes; done += STRIP_BYTES) {
                (done < bytes - PAIR_BYTES ? FOUR : TWO)
                        .addBytes(
                                lists,
                                skipped,
                                rows,
                                weights.segment(),
                                from + done,
                                half,
                                weights.offset(),
                                to + 2 * done,
                                stride,
                                workspace);
            }
        }
    }

    /** Returns the byte offset, from a strip's sums, of the sums of a vector's lower halves, for 8-bit weights. */
    private static int narrow(int vector) {
        int vectors = PackedIntegers.BLOCK / BYTES;
        return vector / vectors * IntegerSums.NARROW_BYTES + vector % vectors * BYTES;
    }

    /**
     * Returns the byte offset, from a strip's sums, of the sums of a vector's lower halves, for 16-bit weights; a strip
     * is at most two blocks.
     */
    private static int wide(int vector) {
        int vectors = PackedIntegers.BLOCK * Short.BYTES / BYTES;
        return vector / vectors * IntegerSums.WIDE_BYTES + vector % vectors * BYTES;
    }

    /** Sums some vectors of 8-bit weights for each row. */
    void addBytes(
            ActiveLists lists,
            int skipped,
            int rows,
            MemorySegment weights,
            long from,
            long half,
            int itemOffset,
            int to,
            int stride,
            MemorySegment workspace) {
        int[] starts = lists.starts;
        int[] entries = lists.entries;
        Checks.isNative(weights);
        Checks.isNative(workspace);
        for (int row = 0; row < rows; row++) {
            int start = starts[row] + skipped;
            int end = Math.min(starts[row + 1], start + MOST_ADDED);
            ShortVector[] both = new ShortVector[vectors];
            ShortVector[] high = new ShortVector[vectors];
            for (int v = 0; v < vectors; v = next(v)) {
                both[v] = ShortVector.zero(SHORT);
                high[v] = ShortVector.zero(SHORT);
            }
            for (int at = start; at < end; at++) {
                MemorySegment input = weights.asSlice(from + (entries[at] & NUMBER) * half, vectors * BYTES);
                for (int v = 0; v < vectors; v = next(v)) {
                    ShortVector pairs = ShortVector.fromMemorySegment(SHORT, input, v * BYTES, ORDER);
                    both[v] = both[v].add(pairs);
                    high[v] = high[v].add(pairs.lanewise(VectorOperators.ASHR, Byte.SIZE));
                }
            }
            short offset = (short) (Math.max(0, end - start) * itemOffset);
            MemorySegment sums = workspace.asSlice(to + (long) row * stride, narrow(vectors - 1) + NARROW_HALF + BYTES);
            for (int v = 0; v < vectors; v = next(v)) {
                both[v].sub(high[v].lanewise(VectorOperators.LSHL, Byte.SIZE))
                        .sub(offset)
                        .intoMemorySegment(sums, narrow(v), ORDER);
                high[v].intoMemorySegment(sums, narrow(v) + NARROW_HALF, ORDER);
            }
        }
    }

    private static void shorts(
            ActiveLists lists, int rows, PackedIntegers weights, int firstBlock, int end, MemorySegment workspace) {
        int stride = stride(firstBlock, end) * IntegerSums.WIDE_BYTES;
        int next;
        for (int block = firstBlock; block < end; block = next) {
            next = Math.min(
                    end,
                    block / PackedIntegers.SIDE_BY_SIDE * PackedIntegers.SIDE_BY_SIDE + PackedIntegers.SIDE_BY_SIDE);
            int vectors = (next - block) * PackedIntegers.BLOCK * Short.BYTES / BYTES;
            int half = weights.inputBytes(block) / 2;
            long from = weights.blockOffset(block);
            int to = IntegerSums.WIDE + (block - firstBlock) * IntegerSums.WIDE_BYTES;
            for (int vector = 0; vector < vectors; vector += STRIP) {
                FOUR.addShorts(
                        lists,
                        rows,
                        weights.segment(),
                        from + vector * BYTES,
                        half,
                        to + wide(vector),
                        stride,
                        workspace);
            }
        }
    }

    /** Sums four vectors of 16-bit weights for each row. */
    void addShorts(
            ActiveLists lists,
            int rows,
            MemorySegment weights,
            long from,
            long half,
            int to,
            int stride,
            MemorySegment workspace) {
        int[] starts = lists.starts;
        int[] entries = lists.entries;
        Checks.isNative(weights);
        Checks.isNative(workspace);
        for (int row = 0; row < rows; row++) {
            int start = starts[row];
            int end = starts[row + 1];
            IntVector[] both = new IntVector[vectors];
            IntVector[] high = new IntVector[vectors];
            for (int v = 0; v < vectors; v = next(v)) {
                both[v] = IntVector.zero(INT);
                high[v] = IntVector.zero(INT);
            }
            for (int at = start; at < end; at++) {
                MemorySegment input = weights.asSlice(from + (entries[at] & NUMBER) * half, vectors * BYTES);
                for (int v = 0; v < vectors; v = next(v)) {
                    IntVector pairs = IntVector.fromMemorySegment(INT, input, v * BYTES, ORDER);
                    both[v] = both[v].add(pairs);
                    high[v] = high[v].add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
                }
            }
            int offset = (end - start) * SHORT_OFFSET;
            MemorySegment sums = workspace.asSlice(to + (long) row * stride, wide(vectors - 1) + WIDE_HALF + BYTES);
            for (int v = 0; v < vectors; v = next(v)) {
                both[v].sub(high[v].lanewise(VectorOperators.LSHL, Short.SIZE))
                        .sub(offset)
                        .intoMemorySegment(sums, wide(v), ORDER);
                high[v].intoMemorySegment(sums, wide(v) + WIDE_HALF, ORDER);
            }
        }
    }
}

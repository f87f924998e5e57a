package dev.spikelane.kernel.product.spike;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * The variant of {@link SpikeMatmul} that visits active inputs only. Four accumulators in registers, a strip of
 * {@code 4 * lanes} outputs, hide the latency of an addition and fit 16 registers. An input's weights are a slice of
 * constant length, so that no range check is left in the inner loop; see {@link SpikePanelsVector}.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
class SpikeActiveVector {

    private static final int INPUT_SHIFT = Integer.numberOfTrailingZeros(PackedWeights.BLOCK_BYTES);

    /** Mask of twice an input's number in an entry; {@link #NUMBER_SHIFT} converts it to a byte offset in a block. */
    private static final int NUMBER = ~ActiveLists.GOES_ON;

    private static final int NUMBER_SHIFT = INPUT_SHIFT - 1;

    private static final SpikeActiveVector STRIP = Unrolled.of(MethodHandles.lookup(), new SpikeActiveVector(4));

    /** The loop for outputs that fit one vector, such as ten classes. */
    private static final SpikeActiveVector SINGLE = Unrolled.of(MethodHandles.lookup(), new SpikeActiveVector(1));

    private final int vectors;

    private SpikeActiveVector(int vectors) {
        this.vectors = vectors;
    }

    /**
     * Computes all outputs of a tile of rows before the next tile, while the branch predictor still knows which inputs
     * are active. Blocks of outputs go upwards and downwards in turn, from tile to tile and from call to call: the
     * weights used last are still in the L2 cache.
     *
     * @param listed lists of all rows; null to list one tile at a time here
     */
    static void active(
            SpikeMatrix spikes,
            int firstRow,
            int rows,
            PackedWeights weights,
            Tile current,
            int tile,
            @Nullable ActiveLists listed,
            ProductScratch workspace) {
        for (int row = firstRow; row < firstRow + rows; row += tile) {
            int some = Math.min(tile, firstRow + rows - row);
            ActiveLists lists = listed;
            int listRow = row - firstRow;
            if (lists == null) {
                listRow = 0;
                lists = workspace.prepared.lists;
                lists.list(spikes, row, some, spikes.count(row, some));
            }
            workspace.down = !workspace.down;
            int first = current.firstBlock();
            for (int i = first; i < current.endBlock(); i++) {
                int block = workspace.down ? current.endBlock() - 1 - (i - first) : i;
                block(row, some, weights, block, current, lists, listRow);
            }
        }
    }

    private static void block(
            int row, int rows, PackedWeights weights, int block, Tile tile, ActiveLists lists, int listRow) {
        FloatMatrix current = tile.matrix();
        long outputs = (long) block * PackedWeights.BLOCK_BYTES;
        long to = outputs - (long) tile.origin() * Float.BYTES;
        int used = Math.min(weights.outputs() - block * PackedWeights.BLOCK, PackedWeights.BLOCK);
        SpikeActiveVector loop = used <= COUNT ? SINGLE : STRIP;
        int strip = 0;
        for (; strip < used * Float.BYTES; strip += loop.vectors * BYTES) {
            long inputs = weights.blockOffset(block) + strip;
            loop.strip(lists, listRow, row, rows, weights, inputs, outputs + strip, current, to + strip);
        }
        for (; strip < PackedWeights.BLOCK_BYTES; strip += BYTES) {
            clear(row, row + rows, current, to + strip);
        }
    }

    /** Clears a vector of a block's padding. */
    static void clear(int firstRow, int endRow, FloatMatrix current, long toColumn) {
        MemorySegment to = current.segment();
        Checks.isNative(to);
        FloatVector zero = FloatVector.zero(FLOAT);
        for (int row = firstRow; row < endRow; row++) {
            zero.intoMemorySegment(to, current.rowOffset(row) + toColumn, ORDER);
        }
    }

    /**
     * Computes a strip of outputs in one loop over entries, with a branch at the end of each group. The loop is
     * counted, so C2 hoists invariants out of it; it does not for one loop a word, or one a group.
     */
    void strip(
            ActiveLists lists,
            int listRow,
            int firstRow,
            int rows,
            PackedWeights weights,
            long inputs,
            long outputs,
            FloatMatrix current,
            long toColumn) {
        int[] starts = lists.starts;
        int[] ends = lists.ends;
        int[] entries = lists.entries;
        MemorySegment weight = weights.segment();
        MemorySegment to = current.segment();
        MemorySegment bias = weights.biasSegment();
        Checks.isNative(weight);
        Checks.isNative(to);
        Checks.isNative(bias);
        FloatVector none = FloatVector.broadcast(FLOAT, -0.0f); // the identity of addition
        for (int row = 0; row < rows; row++) {
            MemorySegment start = bias.asSlice(outputs, vectors * BYTES);
            FloatVector[] sum = new FloatVector[vectors];
            FloatVector[] group = new FloatVector[vectors];
            for (int i = 0; i < vectors; i = next(i)) {
                sum[i] = FloatVector.fromMemorySegment(FLOAT, start, i * BYTES, ORDER);
                group[i] = none;
            }
            int end = ends[listRow + row];
            for (int at = starts[listRow + row]; at < end; at++) {
                int entry = entries[at];
                long from = inputs + ((long) (entry & NUMBER) << NUMBER_SHIFT);
                MemorySegment input = weight.asSlice(from, vectors * BYTES);
                for (int i = 0; i < vectors; i = next(i)) {
                    group[i] = group[i].add(FloatVector.fromMemorySegment(FLOAT, input, i * BYTES, ORDER));
                }
                if ((entry & ActiveLists.GOES_ON) == 0) {
                    for (int i = 0; i < vectors; i = next(i)) {
                        sum[i] = sum[i].add(group[i]);
                        group[i] = none;
                    }
                }
            }
            MemorySegment out = to.asSlice(current.rowOffset(firstRow + row) + toColumn, vectors * BYTES);
            for (int i = 0; i < vectors; i = next(i)) {
                sum[i].intoMemorySegment(out, i * BYTES, ORDER);
            }
        }
    }
}

package dev.spikelane.kernel.product;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * The variant of {@link SpikeMatmul} that visits active inputs only. Four accumulators in registers, a strip of {@code 4 * lanes} outputs, are
 * enough to hide the latency of an addition and few enough for 16 registers. A slice of the weights of a word of spikes has a constant length,
 * so that no range check is left in the inner loop; see {@link SpikePanelsVector}.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class SpikeActiveVector {

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt DIRECTION = ValueLayout.JAVA_INT;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private static final int STRIP = 4 * BYTES;
    private static final int INPUT_SHIFT = Integer.numberOfTrailingZeros(PackedWeights.BLOCK_BYTES);
    private static final int WORD_BYTES = Long.SIZE * PackedWeights.BLOCK_BYTES;

    /** From a strip's outputs of the first input of a word to those of the last. */
    private static final int WORD_STRIP = WORD_BYTES - PackedWeights.BLOCK_BYTES + STRIP;

    private SpikeActiveVector() {}

    /**
     * All outputs of a tile of rows are computed before those of the next, while the branch predictor still knows which inputs are active. Blocks
     * of outputs are walked upwards and downwards by turns, from tile to tile and from call to call: the weights used last are still in the L2
     * cache.
     *
     * @param workspace keeps which turn it is, at {@link SpikePanels#DIRECTION}
     */
    static void active(
            SpikeMatrix spikes, int rows, PackedWeights weights, Tile current, int tile, MemorySegment workspace) {
        int down = workspace.get(DIRECTION, SpikePanels.DIRECTION);
        for (int row = 0; row < rows; row += tile) {
            int end = Math.min(rows, row + tile);
            down ^= 1;
            int first = current.firstBlock();
            for (int i = first; i < current.endBlock(); i++) {
                int block = (down & 1) == 0 ? i : current.endBlock() - 1 - (i - first);
                block(spikes, row, end, weights, block, current);
            }
        }
        workspace.set(DIRECTION, SpikePanels.DIRECTION, down);
    }

    private static void block(
            SpikeMatrix spikes, int firstRow, int endRow, PackedWeights weights, int block, Tile tile) {
        FloatMatrix current = tile.matrix();
        long outputs = (long) block * PackedWeights.BLOCK_BYTES;
        long to = outputs - (long) tile.origin() * Float.BYTES;
        int used = Math.min(weights.post() - block * PackedWeights.BLOCK, PackedWeights.BLOCK);
        int strip = 0;
        if (used <= COUNT) {
            vector(spikes, firstRow, endRow, weights, weights.blockOffset(block), outputs, current, to);
            strip = BYTES;
        }
        for (; strip < used * Float.BYTES; strip += STRIP) {
            long inputs = weights.blockOffset(block) + strip;
            strip(spikes, firstRow, endRow, weights, inputs, outputs + strip, current, to + strip);
        }
        for (; strip < PackedWeights.BLOCK_BYTES; strip += BYTES) {
            clear(firstRow, endRow, current, to + strip);
        }
    }

    /** Zeroes what pads a block. */
    private static void clear(int firstRow, int endRow, FloatMatrix current, long toColumn) {
        MemorySegment to = current.segment();
        Checks.isNative(to);
        FloatVector zero = FloatVector.zero(FLOAT);
        for (int row = firstRow; row < endRow; row++) {
            zero.intoMemorySegment(to, current.rowOffset(row) + toColumn, ORDER);
        }
    }

    /** Outputs that fit one vector, such as ten classes: 39 instead of 70 us for 256 rows of 1000 -> 10 (Zen 4, 2026-11). */
    private static void vector(
            SpikeMatrix spikes,
            int firstRow,
            int endRow,
            PackedWeights weights,
            long inputs,
            long outputs,
            FloatMatrix current,
            long toColumn) {
        MemorySegment spikeWords = spikes.segment();
        MemorySegment weight = weights.segment();
        MemorySegment to = current.segment();
        MemorySegment bias = weights.biasSegment();
        Checks.isNative(spikeWords);
        Checks.isNative(weight);
        Checks.isNative(to);
        Checks.isNative(bias);
        FloatVector none = FloatVector.broadcast(FLOAT, -0.0f); // the identity of addition
        int words = spikes.stride();
        for (int row = firstRow; row < endRow; row++) {
            long spikeRow = spikes.rowOffset(row);
            FloatVector sum = FloatVector.fromMemorySegment(FLOAT, bias, outputs, ORDER);
            for (int word = 0; word < words; word++) {
                long bits = spikeWords.get(WORD, spikeRow + (long) word * Long.BYTES);
                long from = inputs + (long) word * WORD_BYTES;
                while (bits != 0) {
                    int input = Long.numberOfTrailingZeros(bits);
                    FloatVector group = none;
                    int next = input;
                    do {
                        bits &= bits - 1;
                        group = group.add(FloatVector.fromMemorySegment(
                                FLOAT, weight, from + ((long) next << INPUT_SHIFT), ORDER));
                        next = Long.numberOfTrailingZeros(bits);
                    } while (next >> 2 == input >> 2);
                    sum = sum.add(group);
                }
            }
            sum.intoMemorySegment(to, current.rowOffset(row) + toColumn, ORDER);
        }
    }

    private static void strip(
            SpikeMatrix spikes,
            int firstRow,
            int endRow,
            PackedWeights weights,
            long inputs,
            long outputs,
            FloatMatrix current,
            long toColumn) {
        MemorySegment spikeWords = spikes.segment();
        MemorySegment weight = weights.segment();
        MemorySegment to = current.segment();
        MemorySegment bias = weights.biasSegment();
        int words = spikes.stride();
        Checks.isNative(spikeWords);
        Checks.isNative(weight);
        Checks.isNative(to);
        Checks.isNative(bias);
        for (int row = firstRow; row < endRow; row++) {
            FloatVector sum0 = FloatVector.fromMemorySegment(FLOAT, bias, outputs, ORDER);
            FloatVector sum1 = FloatVector.fromMemorySegment(FLOAT, bias, outputs + BYTES, ORDER);
            FloatVector sum2 = FloatVector.fromMemorySegment(FLOAT, bias, outputs + 2 * BYTES, ORDER);
            FloatVector sum3 = FloatVector.fromMemorySegment(FLOAT, bias, outputs + 3 * BYTES, ORDER);
            long spikeRow = spikes.rowOffset(row);
            for (int word = 0; word < words; word++) {
                long bits = spikeWords.get(WORD, spikeRow + (long) word * Long.BYTES);
                MemorySegment from = weight.asSlice(inputs + (long) word * WORD_BYTES, WORD_STRIP);
                while (bits != 0) {
                    int input = Long.numberOfTrailingZeros(bits);
                    bits &= bits - 1;
                    long at = (long) (input & 63) << INPUT_SHIFT;
                    FloatVector group0 = FloatVector.fromMemorySegment(FLOAT, from, at, ORDER);
                    FloatVector group1 = FloatVector.fromMemorySegment(FLOAT, from, at + BYTES, ORDER);
                    FloatVector group2 = FloatVector.fromMemorySegment(FLOAT, from, at + 2 * BYTES, ORDER);
                    FloatVector group3 = FloatVector.fromMemorySegment(FLOAT, from, at + 3 * BYTES, ORDER);
                    int next = Long.numberOfTrailingZeros(bits);
                    while (next >> 2 == input >> 2) {
                        bits &= bits - 1;
                        at = (long) (next & 63) << INPUT_SHIFT;
                        group0 = group0.add(FloatVector.fromMemorySegment(FLOAT, from, at, ORDER));
                        group1 = group1.add(FloatVector.fromMemorySegment(FLOAT, from, at + BYTES, ORDER));
                        group2 = group2.add(FloatVector.fromMemorySegment(FLOAT, from, at + 2 * BYTES, ORDER));
                        group3 = group3.add(FloatVector.fromMemorySegment(FLOAT, from, at + 3 * BYTES, ORDER));
                        next = Long.numberOfTrailingZeros(bits);
                    }
                    sum0 = sum0.add(group0);
                    sum1 = sum1.add(group1);
                    sum2 = sum2.add(group2);
                    sum3 = sum3.add(group3);
                }
            }
            long out = current.rowOffset(row) + toColumn;
            sum0.intoMemorySegment(to, out, ORDER);
            sum1.intoMemorySegment(to, out + BYTES, ORDER);
            sum2.intoMemorySegment(to, out + 2 * BYTES, ORDER);
            sum3.intoMemorySegment(to, out + 3 * BYTES, ORDER);
        }
    }
}

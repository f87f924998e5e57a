package dev.spikelane.kernel;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Spikes times weights by {@link OpenBlas}: expands the spikes to floats and multiplies them as if they were any numbers.
 *
 * <p>{@code current[r][o] = bias[o] + sum over all inputs i of spike[r][i] * weight[o][i]}, in float32 and an order that OpenBLAS
 * chooses: close to the result of {@link SpikeMatmul}, not identical, and not the same in a call of other rows or blocks. It exists to
 * compare with; {@link SpikeMatmul} is faster for spikes.
 */
public final class BlasSpikeMatmul {

    /** Rows that are expanded and multiplied at a time. */
    private static final int ROWS = 256;

    private BlasSpikeMatmul() {}

    /**
     * Allocates the scratch memory that one thread needs for {@link #multiply}; it can be used again and again.
     *
     * @param arena the arena that owns the memory
     * @param pre inputs
     * @return about a KB for each input
     */
    public static FloatMatrix workspace(Arena arena, int pre) {
        return FloatMatrix.zeros(arena, ROWS, pre);
    }

    /**
     * Computes the currents of the first rows and of some blocks of {@value PackedWeights#BLOCK} outputs. Threads that share a product
     * take disjoint blocks, each with its own workspace.
     *
     * @param spikes {@code [at least rows x pre]}
     * @param rows how many rows, at least 1
     * @param weights {@code [post x pre]}; finite, as an infinite one gives NaN also where no spike meets it
     * @param bias {@code [1 x post]}
     * @param firstBlock the first block of outputs
     * @param endBlock the block behind the last
     * @param current {@code [at least rows x post]}, overwritten there and only there; or a tile, {@code [at least rows x at least 64
     *     (endBlock - firstBlock)]}, which then holds these blocks only; shares no memory with the others
     * @param workspace from {@link #workspace}, overwritten; used by one thread at a time
     * @throws IllegalArgumentException if a shape or range does not fit
     * @throws IllegalStateException if OpenBLAS is not available, or an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void multiply(
            SpikeMatrix spikes,
            int rows,
            FloatMatrix weights,
            FloatMatrix bias,
            int firstBlock,
            int endBlock,
            FloatMatrix current,
            FloatMatrix workspace) {
        OpenBlas.requireAvailable();
        Checks.rows("spikes", spikes.rows(), rows);
        Checks.rows("current", current.rows(), rows);
        Checks.range("block of outputs", firstBlock, endBlock, (weights.rows() - 1) / PackedWeights.BLOCK + 1);
        spikes.requireShape("spikes", spikes.rows(), weights.columns());
        int firstOutput = Checks.firstOutput(current, weights.rows(), firstBlock, endBlock);
        weights.requireShape("weights", weights.rows(), weights.columns());
        bias.requireShape("bias", 1, weights.rows());
        workspace.requireShape("workspace", ROWS, weights.columns());
        OpenBlas.requireApart("current", current, "weights", weights);
        OpenBlas.requireApart("current", current, "workspace", workspace);
        for (int row = 0; row < rows; row += ROWS) {
            int count = Math.min(ROWS, rows - row);
            SpikeExpand.expand(spikes, row, count, workspace);
            copyBias(bias, current, firstOutput, row, count, firstBlock, endBlock);
            product(workspace, count, weights, current, firstOutput, row, firstBlock, endBlock);
        }
    }

    /** The padding of the last block is copied too, zeros onto zeros. */
    private static void copyBias(
            FloatMatrix bias,
            FloatMatrix current,
            int firstOutput,
            int first,
            int count,
            int firstBlock,
            int endBlock) {
        long from = (long) firstBlock * PackedWeights.BLOCK_BYTES;
        long to = from - (long) firstOutput * Float.BYTES;
        long bytes = (long) (endBlock - firstBlock) * PackedWeights.BLOCK_BYTES;
        for (int row = first; row < first + count; row++) {
            MemorySegment.copy(bias.segment(), from, current.segment(), current.rowOffset(row) + to, bytes);
        }
    }

    /** Adds the product of the expanded spikes and the weights of some blocks to their currents. */
    private static void product(
            FloatMatrix values,
            int count,
            FloatMatrix weights,
            FloatMatrix current,
            int firstOutput,
            int row,
            int firstBlock,
            int endBlock) {
        int output = firstBlock * PackedWeights.BLOCK;
        int outputs = (int) Math.min(weights.rows(), (long) endBlock * PackedWeights.BLOCK) - output;
        int pre = weights.columns();
        long from = weights.rowOffset(output);
        long to = current.rowOffset(row) + (long) (output - firstOutput) * Float.BYTES;
        if (count == 1) {
            OpenBlasCalls.addBlock(outputs, pre, weights, from, values, current, to);
        } else {
            OpenBlasCalls.addBlock(count, outputs, pre, values, weights, from, current, to);
        }
    }
}

package dev.spikelane.blas.call;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.product.DenseMatmul;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Analog input times weights by OpenBLAS.
 *
 * <p>{@code current[r][o] = bias[o] + sum over all inputs i of input[r][i] * weight[o][i]}, in float32 and an order that OpenBLAS
 * chooses: close to the result of {@link DenseMatmul}, not identical, and not the same in a call of other rows or blocks.
 */
public final class BlasDenseMatmul {

    private static final long BLOCK_BYTES = (long) PackedWeights.BLOCK * Float.BYTES;

    private BlasDenseMatmul() {}

    /**
     * Computes the currents of the first rows and of some blocks of {@value PackedWeights#BLOCK} outputs. Threads that share a product
     * take disjoint blocks.
     *
     * @param input {@code [at least rows x pre]}
     * @param rows how many rows, at least 1
     * @param weights {@code [post x pre]}
     * @param bias {@code [1 x post]}
     * @param firstBlock the first block of outputs
     * @param endBlock the block behind the last
     * @param current {@code [at least rows x post]}, overwritten there and only there; or a tile, {@code [at least rows x at least 64
     *     (endBlock - firstBlock)]}, which then holds these blocks only; shares no memory with the others
     * @throws IllegalArgumentException if a shape or range does not fit, or {@code current} shares memory with another matrix
     * @throws IllegalStateException if OpenBLAS is not available, or an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void multiply(
            FloatMatrix input,
            int rows,
            FloatMatrix weights,
            FloatMatrix bias,
            int firstBlock,
            int endBlock,
            FloatMatrix current) {
        Checks.rows("input", input.rows(), rows);
        input.requireShape("input", input.rows(), weights.columns());
        int firstOutput = checkedFirstOutput(rows, weights, bias, firstBlock, endBlock, current);
        Checks.apart("current", current, "input", input);
        rows(input, rows, weights, bias, firstBlock, endBlock, current, firstOutput, 0);
    }

    /** Checks all but the input; returns the output that column 0 of {@code current} holds. */
    static int checkedFirstOutput(
            int rows, FloatMatrix weights, FloatMatrix bias, int firstBlock, int endBlock, FloatMatrix current) {
        OpenBlasSearch.require();
        Checks.rows("current", current.rows(), rows);
        Checks.range("block of outputs", firstBlock, endBlock, (weights.rows() - 1) / PackedWeights.BLOCK + 1);
        int firstOutput = Checks.firstOutput(current, weights.rows(), firstBlock, endBlock);
        weights.requireShape("weights", weights.rows(), weights.columns());
        bias.requireShape("bias", 1, weights.rows());
        Checks.apart("current", current, "weights", weights);
        Checks.apart("current", current, "bias", bias);
        return firstOutput;
    }

    /** The first {@code count} rows of the input give the currents from row {@code row} on. */
    static void rows(
            FloatMatrix input,
            int count,
            FloatMatrix weights,
            FloatMatrix bias,
            int firstBlock,
            int endBlock,
            FloatMatrix current,
            int firstOutput,
            int row) {
        copyBias(bias, firstBlock, endBlock, current, firstOutput, row, count);
        int output = firstBlock * PackedWeights.BLOCK;
        int outputs = (int) Math.min(weights.rows(), (long) endBlock * PackedWeights.BLOCK) - output;
        int pre = weights.columns();
        long from = weights.rowOffset(output);
        long to = current.rowOffset(row) + (long) (output - firstOutput) * Float.BYTES;
        if (count == 1) {
            OpenBlasCalls.addBlock(outputs, pre, weights, from, input, current, to);
        } else {
            OpenBlasCalls.addBlock(count, outputs, pre, input, weights, from, current, to);
        }
    }

    /** The padding of the last block is copied too, zeros onto zeros. */
    private static void copyBias(
            FloatMatrix bias,
            int firstBlock,
            int endBlock,
            FloatMatrix current,
            int firstOutput,
            int first,
            int count) {
        long from = firstBlock * BLOCK_BYTES;
        long to = from - (long) firstOutput * Float.BYTES;
        long bytes = (endBlock - firstBlock) * BLOCK_BYTES;
        for (int row = first; row < first + count; row++) {
            MemorySegment.copy(bias.segment(), from, current.segment(), current.rowOffset(row) + to, bytes);
        }
    }
}

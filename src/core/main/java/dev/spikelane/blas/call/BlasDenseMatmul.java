package dev.spikelane.blas.call;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;

/**
 * Analog input times weights by OpenBLAS.
 *
 * <p>{@code current[r][o] = bias[o] + sum over all inputs i of input[r][i] * weight[o][i]}, in float32 and an order
 * that OpenBLAS chooses: close to the result of {@link DenseMatmul}, not identical. The bits may differ between calls
 * with other rows or blocks.
 */
public final class BlasDenseMatmul {

    private static final long BLOCK_BYTES = (long) PackedWeights.BLOCK * Float.BYTES;

    private BlasDenseMatmul() {}

    /**
     * Computes the currents of the first rows and of some blocks of {@value PackedWeights#BLOCK} outputs. Threads that
     * share a product take disjoint blocks.
     *
     * @param input {@code [at least rows x inputs]}
     * @param rows the number of rows, at least 1
     * @param weights {@code [outputs x inputs]}
     * @param bias {@code [1 x outputs]}
     * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten;
     *     shares no memory with other arguments
     * @throws IllegalArgumentException if a shape or range differs, or {@code current} shares memory with another
     *     matrix
     * @throws IllegalStateException if OpenBLAS is not available, or an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void multiply(FloatMatrix input, int rows, FloatMatrix weights, FloatMatrix bias, Tile current) {
        Checks.rows("input", input.rows(), rows);
        input.requireShape("input", input.rows(), weights.columns());
        check(rows, weights, bias, current);
        Checks.apart("current", current.matrix(), "input", input);
        rows(input, rows, weights, bias, current, 0);
    }

    static void check(int rows, FloatMatrix weights, FloatMatrix bias, Tile current) {
        OpenBlasSearch.require();
        current.require("current", rows, weights.rows());
        weights.requireShape("weights", weights.rows(), weights.columns());
        bias.requireShape("bias", 1, weights.rows());
        Checks.apart("current", current.matrix(), "weights", weights);
        Checks.apart("current", current.matrix(), "bias", bias);
    }

    static void rows(FloatMatrix input, int count, FloatMatrix weights, FloatMatrix bias, Tile current, int row) {
        copyBias(bias, current, row, count);
        int output = current.firstColumn();
        int outputs = current.endColumn() - output;
        int inputs = weights.columns();
        long from = weights.rowOffset(output);
        long to = current.offset(row, current.firstBlock());
        if (count == 1) {
            OpenBlasCalls.addBlock(outputs, inputs, weights, from, input, current.matrix(), to);
        } else {
            OpenBlasCalls.addBlock(count, outputs, inputs, input, weights, from, current.matrix(), to);
        }
    }

    /** Copies the bias, with the zero padding of the last block. */
    private static void copyBias(FloatMatrix bias, Tile current, int first, int count) {
        long from = current.firstBlock() * BLOCK_BYTES;
        long bytes = (current.endBlock() - current.firstBlock()) * BLOCK_BYTES;
        MemorySegment to = current.matrix().segment();
        for (int row = first; row < first + count; row++) {
            MemorySegment.copy(bias.segment(), from, to, current.offset(row, current.firstBlock()), bytes);
        }
    }
}

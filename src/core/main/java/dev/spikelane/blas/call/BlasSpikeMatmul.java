package dev.spikelane.blas.call;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SpikeExpand;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;

/**
 * Spikes times weights by OpenBLAS: expands the spikes to floats and multiplies them as if they were any numbers.
 *
 * <p>{@code current[r][o] = bias[o] + sum over all inputs i of spike[r][i] * weight[o][i]}, in float32 and an order
 * that OpenBLAS chooses: close to the result of {@link SpikeMatmul}, not identical, and not the same in a call of other
 * rows or blocks. It exists to compare with; {@link SpikeMatmul} is faster for spikes.
 */
public final class BlasSpikeMatmul {

    /** Rows that are expanded and multiplied at a time. */
    public static final int ROWS = 256;

    private BlasSpikeMatmul() {}

    /**
     * Allocates the scratch memory that one thread needs for {@link #multiply}; it can be used again and again.
     *
     * @param arena the arena that owns the memory
     * @param inputs number of inputs
     * @return about a KB for each input
     */
    public static FloatMatrix workspace(Arena arena, int inputs) {
        return FloatMatrix.zeros(arena, ROWS, inputs);
    }

    /**
     * Computes the currents of the first rows and of some blocks of {@value PackedWeights#BLOCK} outputs. Threads that
     * share a product take disjoint blocks, each with its own workspace.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param rows how many rows, at least 1
     * @param weights {@code [outputs x inputs]}; finite, as an infinite one gives NaN also where no spike meets it
     * @param bias {@code [1 x outputs]}
     * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten;
     *     shares no memory with the others
     * @param workspace from {@link #workspace}, overwritten; used by one thread at a time; shares no memory with the
     *     others
     * @throws IllegalArgumentException if a shape or range does not fit, or {@code current} or {@code workspace} shares
     *     memory with another matrix
     * @throws IllegalStateException if OpenBLAS is not available, or an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void multiply(
            SpikeMatrix spikes, int rows, FloatMatrix weights, FloatMatrix bias, Tile current, FloatMatrix workspace) {
        Checks.rows("spikes", spikes.rows(), rows);
        spikes.requireShape("spikes", spikes.rows(), weights.columns());
        BlasDenseMatmul.check(rows, weights, bias, current);
        workspace.requireShape("workspace", ROWS, weights.columns());
        Checks.apart("current", current.matrix(), "workspace", workspace);
        Checks.apart("workspace", workspace, "weights", weights);
        Checks.apart("workspace", workspace, "bias", bias);
        for (int row = 0; row < rows; row += ROWS) {
            int count = Math.min(ROWS, rows - row);
            SpikeExpand.expand(spikes, row, count, workspace);
            BlasDenseMatmul.rows(workspace, count, weights, bias, current, row);
        }
    }
}

package dev.spikelane.blas.call;

import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SpikeExpand;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;

/**
 * Spikes times weights by OpenBLAS, for comparisons: converts spikes to floats and multiplies them as
 * {@link BlasDenseMatmul} multiplies values. {@link SpikeMatmul} is faster for spikes.
 */
public final class BlasSpikeMatmul {

    /** Rows that are converted and multiplied at a time. */
    public static final int ROWS = 256;

    private BlasSpikeMatmul() {}

    /** Allocates the reusable scratch memory of one thread for {@link #multiply}, about 1 KB for each input. */
    public static FloatMatrix workspace(Arena arena, int inputs) {
        return FloatMatrix.zeros(arena, ROWS, inputs);
    }

    /**
     * Computes the currents of the first rows, as {@link BlasDenseMatmul#multiply} does. Threads that share a product
     * need separate workspaces.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param weights {@code [outputs x inputs]}; finite, as an infinite weight gives NaN even without a spike
     * @param workspace from {@link #workspace}, overwritten; shares no memory with other arguments
     * @throws IllegalArgumentException if a shape or range differs, or {@code current} or {@code workspace} shares
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

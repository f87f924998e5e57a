package dev.spikelane.kernel.product.gradient;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Products with few outputs, such as ten classes, over the many rows of a training batch, with the bits of
 * {@link SpikeMatmul}. Tables of partial sums of 64 inputs take 16 KB; {@link SpikeMatmul} makes tables for 64 outputs.
 * 3200 x 1000 x 10 takes 0.2 ms instead of 0.6 (Zen 5, 2026-11).
 *
 * <p>An object owns scratch memory of one thread.
 */
public final class NarrowMatmul {

    /** Rows at a time: their currents of few outputs stay in the L2 cache. */
    private static final int ROWS = 1_024;

    static final int OUTPUTS = 16;

    /** Time to make the tables of 64 inputs, then time of a row: 16 look-ups of partial sums (Zen 5, 2026-11). */
    private static final double NANOSECONDS_OF_TABLES = 200;

    private static final double NANOSECONDS_OF_ROW = 4;

    private final FloatMatrix tables;
    private final long[] words = new long[ROWS];

    public NarrowMatmul(Arena arena) {
        this.tables = FloatMatrix.zeros(arena, SpikeLists.PANEL_ROWS, PackedWeights.BLOCK);
    }

    /** Returns true if products have few outputs. */
    public static boolean fits(int outputs) {
        return SimdWidth.VECTOR && outputs <= OUTPUTS;
    }

    /**
     * Estimates the time of a product. Unlike {@link SpikeMatmul#estimate}, it does not depend on the number of spikes.
     */
    public static double estimate(int rows, int inputs) {
        return Math.ceilDiv(inputs, Long.SIZE) * (NANOSECONDS_OF_TABLES + rows * NANOSECONDS_OF_ROW);
    }

    /**
     * Computes currents: the bias, then groups of four inputs in ascending order, each summed before it is added.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param rows the number of rows, at least 1
     * @param weights {@code inputs -> outputs}, with few outputs
     * @param into {@code [at least rows x outputs]}; these rows are overwritten
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void multiply(SpikeMatrix spikes, int rows, PackedWeights weights, Tile into) {
        Checks.rows("spikes", spikes.rows(), rows);
        spikes.requireShape("spikes", spikes.rows(), weights.inputs());
        into.require("current", rows, weights.outputs());
        if (weights.outputs() > OUTPUTS) {
            throw new IllegalArgumentException(
                    "weights have " + weights.outputs() + " outputs, expected at most " + OUTPUTS);
        }
        FloatMatrix current = into.matrix();
        for (int row = 0; row < rows; row++) {
            MemorySegment.copy(
                    weights.biasSegment(), 0, current.segment(), into.offset(row, 0), PackedWeights.BLOCK_BYTES);
        }
        for (int row = 0; row < rows; row += ROWS) {
            add(spikes, row, Math.min(ROWS, rows - row), weights, into);
        }
    }

    private void add(SpikeMatrix spikes, int first, int rows, PackedWeights weights, Tile into) {
        FloatMatrix current = into.matrix();
        for (int word = 0; word * Long.SIZE < weights.inputs(); word++) {
            for (int row = 0; row < rows; row++) {
                long at = spikes.rowOffset(first + row) + (long) word * Long.BYTES;
                words[row] = spikes.segment().get(JAVA_LONG, at);
            }
            long to = into.offset(first, 0);
            WeightTablesVector.addInputs(weights, word, words, rows, current, to, tables.segment());
        }
    }
}

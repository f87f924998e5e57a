package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Lanes;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The product with windows of at most 64 inputs, each a word of spikes. Tables in the L1 cache have the sum of the
 * weights of every subset of four neighboring inputs, and four bits of a word select an entry. The time does not depend
 * on density.
 *
 * <p>The bits are as {@link dev.spikelane.kernel.product.spike.SpikeMatmul} gives for the same words. The entry of no
 * spike is -0.0, which changes no sum.
 *
 * <p>The layout is {@code [vectors of outputs][groups of four inputs][16 subsets][a vector]}.
 */
public final class SmallWindowTables {

    private static final int SUBSETS = 16;

    final int outputs;
    final int groups;
    final FloatMatrix bias;
    final MemorySegment tables;
    private final int inputs;
    private boolean finite;
    private final SmallWindowTablesVector loops;

    /**
     * Allocates tables; {@link #fill} sets the weights.
     *
     * @param window a window that {@link #serves} accepts
     */
    public SmallWindowTables(Arena arena, Window window, int outputs) {
        this.inputs = window.size();
        this.outputs = outputs;
        this.groups = Math.ceilDiv(inputs, 4);
        this.bias = FloatMatrix.zeros(arena, 1, outputs);
        int vectors = Math.ceilDiv(outputs, Lanes.COUNT);
        this.tables = FloatMatrix.zeros(arena, 1, vectors * groups * SUBSETS * Lanes.COUNT)
                .segment();
        this.loops = new SmallWindowTablesVector(tables, bias.segment(), groups, outputs);
    }

    /** Returns true if there are vectors, and a window fits a word. */
    public static boolean serves(Window window) {
        return SimdWidth.VECTOR && window.size() <= Long.SIZE;
    }

    /**
     * Makes the tables for new or changed weights.
     *
     * @param weights {@code window.size() -> outputs}
     * @throws IllegalArgumentException if their shape differs
     */
    public void fill(PackedWeights weights) {
        if (weights.inputs() != inputs || weights.outputs() != outputs) {
            throw new IllegalArgumentException("weights are " + weights.inputs() + " -> " + weights.outputs()
                    + ", expected " + inputs + " -> " + outputs);
        }
        weights.readBias(bias);
        finite = true;
        for (int output = 0; output < outputs; output++) {
            long lane = output % Lanes.COUNT * (long) Float.BYTES;
            long to = lane + (long) output / Lanes.COUNT * groups * SUBSETS * Lanes.BYTES;
            for (int group = 0; group < groups; group++) {
                fill(weights, output, group, to + (long) group * SUBSETS * Lanes.BYTES);
            }
        }
    }

    /** Fills a table: a subset is its last input and a smaller subset. */
    private void fill(PackedWeights weights, int output, int group, long to) {
        long column =
                weights.blockOffset(output / PackedWeights.BLOCK) + (long) (output % PackedWeights.BLOCK) * Float.BYTES;
        tables.set(JAVA_FLOAT, to, -0.0f);
        for (int subset = 1; subset < SUBSETS; subset++) {
            int last = Integer.highestOneBit(subset);
            int input = 4 * group + Integer.numberOfTrailingZeros(last);
            float weight = weights.segment().get(JAVA_FLOAT, column + (long) input * PackedWeights.BLOCK_BYTES);
            finite &= Float.isFinite(weight);
            float before = tables.get(JAVA_FLOAT, to + (long) (subset - last) * Lanes.BYTES);
            tables.set(JAVA_FLOAT, to + (long) subset * Lanes.BYTES, before + weight);
        }
    }

    /** Returns true if all weights are finite. */
    boolean areFinite() {
        return finite;
    }

    /**
     * Computes the currents of some consecutive windows of a sample.
     *
     * @param words {@code [at least count x inputs]}, one window a row
     * @param count the number of windows, at least 1
     * @param current {@code [any x positions * outputs]}
     * @param row the sample's row
     * @param position the position of the first window
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void multiply(SpikeMatrix words, int count, FloatMatrix current, int row, int position) {
        Checks.rows("words", words.rows(), count);
        words.requireShape("words", words.rows(), inputs);
        Checks.range("position", position, position + count, current.columns() / outputs);
        loops.multiply(
                words.segment(),
                count,
                current.segment(),
                current.rowOffset(row) + (long) position * outputs * Float.BYTES);
    }
}

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
 * The product of windows of at most 64 inputs, one word of spikes each: the sums of the weights of every subset of four
 * neighboring inputs are in tables that fit the L1 cache, of which the four bits choose. It takes the same at any
 * density.
 *
 * <p>The bits are those of {@link dev.spikelane.kernel.product.spike.SpikeMatmul} on the same words. The entry of no
 * spike is -0.0, which changes no sum.
 *
 * <p>Layout {@code [vectors of outputs][groups of four inputs][16 subsets][a vector]}.
 */
public final class SmallWindowTables {

    /** Subsets of four inputs. */
    private static final int SUBSETS = 16;

    final int outputs;
    final int groups;
    final FloatMatrix bias;
    final MemorySegment tables;
    private final int inputs;
    private boolean finite;
    private final SmallWindowTablesVector loops;

    /**
     * Allocates tables; {@link #fill} says of which weights.
     *
     * @param arena the arena that owns them
     * @param window which {@link #serves}
     * @param outputs channels of the output
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

    /**
     * Tells whether windows are to be multiplied so.
     *
     * @param window what is read
     * @return whether it is a word, and there are vectors
     */
    public static boolean serves(Window window) {
        return SimdWidth.VECTOR && window.size() <= Long.SIZE;
    }

    /**
     * Makes the tables of weights that are new, or have changed.
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

    /** A subset is one with one input less, and the last input. */
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

    /** Whether all weights are finite. */
    boolean areFinite() {
        return finite;
    }

    /**
     * Computes what some windows of a sample give, side by side.
     *
     * @param words {@code [at least count x inputs]}, a window in each row
     * @param count how many windows, at least 1
     * @param current {@code [any x positions * outputs]}
     * @param row of it
     * @param position of the first window
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

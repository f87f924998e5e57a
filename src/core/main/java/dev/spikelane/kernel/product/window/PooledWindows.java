package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.pool.PoolWinners;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.Scaling;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Window;
import dev.spikelane.simd.ZeroInputs;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of small windows and the pool of 2 x 2 behind it that takes the largest current: the four currents of a
 * pool are added up side by side in registers, and only the largest is stored. Bits are those of the one and then the
 * other.
 */
public final class PooledWindows {

    private final Window window;
    private final int columns;
    private final int rows;
    private final int outputs;
    private final @Nullable SmallWindowTables tables;
    private final PooledWindowsVector loops;
    /** How many bytes behind its first value those of a window are. */
    private final long[] offsets;
    /** How many bytes behind a window the one beside it begins, and the one below. */
    private final long right;

    private final long below;

    /**
     * Makes the two for some weights.
     *
     * @param window which, with the pool, is {@link #serves served}
     * @param pool of the currents
     * @param outputs channels of the output
     * @param tables of what spikes are multiplied by; null if none come
     */
    public PooledWindows(Window window, Window pool, int outputs, @Nullable SmallWindowTables tables) {
        this.window = window;
        this.columns = pool.x().outputs();
        this.rows = pool.y().outputs();
        this.outputs = outputs;
        this.tables = tables;
        this.offsets = new long[window.size()];
        int ofRow = window.x().kernel() * window.channels();
        for (int k = 0; k < offsets.length; k++) {
            int place = window.place(
                    k / ofRow * window.y().dilation(),
                    k % ofRow / window.channels() * window.x().dilation());
            offsets[k] = (long) (place + k % window.channels()) * Float.BYTES;
        }
        this.right = (long) window.x().stride() * window.allChannels() * Float.BYTES;
        this.below = (long) window.y().stride() * window.x().inputs() * window.allChannels() * Float.BYTES;
        this.loops = new PooledWindowsVector(tables, outputs, window.x().outputs(), columns, offsets, right, below);
    }

    /**
     * Tells whether windows have no padding, and a pool is one of 2 x 2 of their currents.
     *
     * @param window that reads all channels of an input
     * @param pool of largest values
     * @return whether this takes both
     */
    public static boolean serves(Window window, Window pool) {
        return window.channels() == window.allChannels()
                && isWithin(window.y())
                && isWithin(window.x())
                && isHalved(pool.y(), window.y().outputs())
                && isHalved(pool.x(), window.x().outputs());
    }

    private static boolean isWithin(Window.Axis axis) {
        return axis.padding() == 0
                && axis.spread() == 1
                && axis.at(axis.outputs() - 1, axis.kernel() - 1) < axis.inputs();
    }

    private static boolean isHalved(Window.Axis axis, int inputs) {
        return axis.equals(new Window.Axis(inputs, 2, 2, 0, 1, inputs / 2));
    }

    /** Returns how many words {@link #multiply} takes: those of two rows of windows. */
    public int words() {
        return 2 * window.x().outputs();
    }

    /** Returns how many rows the pooled map has. */
    public int rows() {
        return rows;
    }

    /**
     * Computes a row of the pooled map of a sample.
     *
     * @param words the spikes of its windows, {@code [at least words() x window.size()]}
     * @param scaled whose scales and bias make currents of the sums; null if tables give these
     * @param current {@code [any x rows() * pooled columns * outputs]}
     * @param place the row of the map of the sample: {@link #rows} of each sample follow each other
     * @param winners of the pool, to be kept; null if nobody needs them
     * @param kept where they are kept
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void multiply(
            SpikeMatrix words,
            @Nullable Scaling scaled,
            FloatMatrix current,
            int place,
            @Nullable PoolWinners winners,
            int kept) {
        Checks.rows("words", words.rows(), words());
        words.requireShape("words", words.rows(), window.size());
        current.requireShape("current", current.rows(), rows * columns * outputs);
        loops.words(words.segment(), scaled, current, place / rows, place % rows, winners, kept);
    }

    /**
     * Computes the pooled map of a sample of values.
     *
     * @param input {@code [any x window.inputs()]}
     * @param weights which these are multiplied by
     * @param current {@code [any x rows() * pooled columns * outputs]}
     * @param row the sample in both
     * @param winners of the pool, to be kept; null if nobody needs them
     * @param kept where they are kept
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void multiply(
            FloatMatrix input,
            PackedWeights weights,
            FloatMatrix current,
            int row,
            @Nullable PoolWinners winners,
            int kept) {
        input.requireShape("input", input.rows(), window.inputs());
        current.requireShape("current", current.rows(), rows * columns * outputs);
        for (int y = 0; y < rows; y++) {
            if (tables == null || tables.areFinite()) {
                loops.values(input, weights, current, row, y, winners, kept);
            } else {
                scalar(input, weights, current, row, y, winners, kept);
            }
        }
    }

    /** The specification, which takes weights that are not finite. */
    private void scalar(
            FloatMatrix input,
            PackedWeights weights,
            FloatMatrix current,
            int row,
            int y,
            @Nullable PoolWinners winners,
            int kept) {
        int outputs = weights.outputs();
        for (int x = 0; x < columns; x++) {
            long corner = input.rowOffset(row) + 2L * y * below + 2L * x * right;
            for (int output = 0; output < outputs; output++) {
                float most = Float.NEGATIVE_INFINITY;
                int winner = 0;
                for (int place = 0; place < 4; place++) {
                    float sum = sum(input, corner + place / 2 * below + place % 2 * right, weights, output);
                    if (sum > most || Float.isNaN(sum)) {
                        most = sum;
                        winner = place;
                    }
                }
                Elements.set(current, row, (y * columns + x) * outputs + output, most);
                if (winners != null) {
                    winners.keep(kept, y * columns + x, output, winner);
                }
            }
        }
    }

    private float sum(FloatMatrix input, long from, PackedWeights weights, int output) {
        float sum = weights.bias(output);
        for (int k = 0; k < offsets.length; k++) {
            sum = ZeroInputs.fma(input.segment().get(JAVA_FLOAT, from + offsets[k]), weights.weight(output, k), sum);
        }
        return sum;
    }
}

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
 * A convolution with small windows and a following 2 x 2 pool of largest values. The four currents of a pool are added
 * up in registers, and only the largest is stored. The bits are as if both ran one after the other.
 */
public final class PooledWindows {

    private final Window window;
    private final int columns;
    private final int rows;
    private final int outputs;
    private final @Nullable SmallWindowTables tables;
    private final PooledWindowsVector loops;
    /** Byte offsets of a window's values from its first one. */
    private final long[] offsets;
    /** Bytes from a window to the next one on its right; {@link #below} to the next one below. */
    private final long right;

    private final long below;

    /**
     * Creates both.
     *
     * @param window a window that {@link #serves} accepts with the pool
     * @param pool the pool of its currents
     * @param tables partial sums of the weights, for spikes; null if the input is never spikes
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
     * Returns true if windows have no padding and the pool is 2 x 2 over their currents.
     *
     * @param window a window that reads all channels of an input
     * @param pool a pool of largest values
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

    /** Returns the number of words that {@link #multiply} needs: two rows of windows. */
    public int words() {
        return 2 * window.x().outputs();
    }

    public int rows() {
        return rows;
    }

    /**
     * Computes one row of a sample's pooled map from spikes.
     *
     * @param words the spikes of its windows, {@code [at least words() x window.size()]}
     * @param scaled scales and biases that convert sums to currents; null if the tables give currents
     * @param current {@code [any x rows() * pooled columns * outputs]}
     * @param place the row, counted over the maps of all samples
     * @param winners receives the winners of the pool; null if they are not needed
     * @param kept the row of the winners
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
     * Computes a sample's pooled map from values.
     *
     * @param input {@code [any x window.inputs()]}
     * @param weights the weights of the convolution
     * @param current {@code [any x rows() * pooled columns * outputs]}
     * @param row the sample's row in both
     * @param winners receives the winners of the pool; null if they are not needed
     * @param kept the row of the winners
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

    /** The specification, also for weights that are not finite. */
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

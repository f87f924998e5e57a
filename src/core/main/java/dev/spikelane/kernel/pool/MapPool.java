package dev.spikelane.kernel.pool;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Takes the largest value, the sum or the average of each window of a map, channel by channel. With {@code x_k} the
 * values of a window in the order of (ky, kx), and without padding:
 *
 * <pre>{@code
 * largest   m = -infinity; for each k: m = x_k if x_k > m or x_k is NaN
 * sum       s = +0; for each k: s = s + x_k
 * average   sum / (how many, or how many with the padding)
 * }</pre>
 *
 * <p>Backward, each gradient starts from +0, and windows add to it in the order of their outputs: of the largest value,
 * the gradient of the output if {@code x_k} was the last that {@code m} took, so the first of equal values; of a sum
 * the gradient, and of an average the gradient divided by the same number.
 *
 * <p>A spike is what it carries, and silence +0. Immutable; threads may share an object.
 */
public final class MapPool {

    private final Window window;
    private final boolean largest;
    /** For each output the inputs that it reads. */
    private final PoolWindows places;
    /** For each input the outputs that read it. */
    private final PoolWindows readers;

    private MapPool(Window window, boolean largest, float @Nullable [] divisors) {
        this.window = window;
        this.largest = largest;
        this.places = PoolWindows.of(window, divisors);
        this.readers = places.reversed(window.y().inputs() * window.x().inputs());
    }

    /** Makes a pool of the largest values of windows, none of which has padding alone. */
    public static MapPool max(Window window) {
        return new MapPool(window, true, null);
    }

    /** Makes a pool of sums. */
    public static MapPool sum(Window window) {
        return new MapPool(window, false, null);
    }

    /**
     * Makes a pool of averages.
     *
     * @param window without dilation
     * @param countsPadding whether padding counts, but not what a window has behind it
     */
    public static MapPool average(Window window, boolean countsPadding) {
        float[] divisors = new float[window.positions()];
        for (int i = 0; i < divisors.length; i++) {
            divisors[i] = (float) ((long) extent(window.y(), i / window.x().outputs(), countsPadding)
                    * extent(window.x(), i % window.x().outputs(), countsPadding));
        }
        return new MapPool(window, false, divisors);
    }

    private static int extent(Window.Axis axis, int output, boolean countsPadding) {
        int padding = countsPadding ? axis.padding() : 0;
        int first = Math.max(axis.at(output, 0), -padding);
        return Math.min(axis.at(output, 0) + axis.kernel(), axis.inputs() + padding) - first;
    }

    /** Returns what is read. */
    public Window window() {
        return window;
    }

    /** Returns what the sum of each position is divided by; null if nothing. */
    public float @Nullable [] divisors() {
        return places.divisors();
    }

    /** Returns how many values a row has. */
    public int inputs() {
        return readers.columns();
    }

    /** Returns how many values are made of a row. */
    public int outputs() {
        return places.columns();
    }

    /**
     * Makes room for the winners of the windows of some rows, where largest values are taken.
     *
     * @param arena the arena that owns it
     * @param rows how many rows
     * @return what pools and keeps winners; null if a row has too many
     */
    public @Nullable PoolWinners winners(Arena arena, int rows) {
        boolean once = readers.places().length == readers.positions();
        for (int i = 0; i < readers.positions(); i++) {
            once &= readers.starts()[i] == i;
        }
        return PoolWinners.serves(places) ? new PoolWinners(arena, places, inputs(), once, rows) : null;
    }

    /** Returns how many values are read for a row. */
    public long work() {
        return (long) places.places().length * places.channels();
    }

    /**
     * Pools the first rows of values.
     *
     * @param values {@code [at least rows x inputs]}
     * @param rows how many rows, at least 1
     * @param into {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void run(FloatMatrix values, int rows, Tile into) {
        check("values", values, inputs(), rows);
        into.require("into", rows, outputs());
        Checks.apart("into", into.matrix(), "values", values);
        for (int row = 0; row < rows; row++) {
            run(values, null, row, into);
        }
    }

    /**
     * Pools the first rows of spikes.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param carried what a spike carries, {@code [1 x inputs]}
     * @param rows how many rows, at least 1
     * @param into {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void run(SpikeMatrix spikes, FloatMatrix carried, int rows, Tile into) {
        check(spikes, carried, rows);
        into.require("into", rows, outputs());
        Checks.apart("into", into.matrix(), "carried", carried);
        for (int row = 0; row < rows; row++) {
            run(carried, spikes, row, into);
        }
    }

    /**
     * Takes the largest of the first rows of spikes that all carry the same positive value: whether any of a window
     * fires, of up to 64 channels at a time.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param value what each carries, above 0
     * @param rows how many rows, at least 1
     * @param into {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void anySpike(SpikeMatrix spikes, float value, int rows, Tile into) {
        check(spikes, rows);
        into.require("into", rows, outputs());
        for (int row = 0; row < rows; row++) {
            SpikePool.run(spikes, value, places, row, into);
        }
    }

    /**
     * Computes the gradients of the first rows of what was summed up.
     *
     * @param gradient {@code [at least rows x outputs]}
     * @param rows how many rows, at least 1
     * @param into {@code [at least rows x inputs]}, of which these rows of the blocks in use are overwritten
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void back(FloatMatrix gradient, int rows, Tile into) {
        checkGradient(gradient, rows, into);
        for (int row = 0; row < rows; row++) {
            sum(gradient, null, readers, row, into);
        }
    }

    /**
     * Computes the gradients of the first rows of values whose largest was taken.
     *
     * @param values what was pooled, {@code [at least rows x inputs]}
     * @param gradient {@code [at least rows x outputs]}
     * @param rows how many rows, at least 1
     * @param into {@code [at least rows x inputs]}, of which these rows of the blocks in use are overwritten
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void back(FloatMatrix values, FloatMatrix gradient, int rows, Tile into) {
        check("values", values, inputs(), rows);
        checkGradient(gradient, rows, into);
        Checks.apart("into", into.matrix(), "values", values);
        for (int row = 0; row < rows; row++) {
            maxBack(values, null, gradient, row, into);
        }
    }

    /**
     * Computes the gradients of the first rows of spikes whose largest was taken.
     *
     * @param spikes what was pooled, {@code [at least rows x inputs]}
     * @param carried what a spike carries, {@code [1 x inputs]}
     * @param gradient {@code [at least rows x outputs]}
     * @param rows how many rows, at least 1
     * @param into {@code [at least rows x inputs]}, of which these rows of the blocks in use are overwritten
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void back(SpikeMatrix spikes, FloatMatrix carried, FloatMatrix gradient, int rows, Tile into) {
        check(spikes, carried, rows);
        checkGradient(gradient, rows, into);
        for (int row = 0; row < rows; row++) {
            maxBack(carried, spikes, gradient, row, into);
        }
    }

    private void run(FloatMatrix values, @Nullable SpikeMatrix spikes, int row, Tile into) {
        if (!largest) {
            sum(values, spikes, places, row, into);
            return;
        }
        if (SimdWidth.VECTOR) {
            PoolVector.max(values, spikes, places, row, into);
        } else {
            PoolScalar.max(values, spikes, places, row, into, into.firstColumn(), into.endColumn());
        }
        PoolScalar.clear(into, row, into.endColumn());
    }

    private static void sum(FloatMatrix values, @Nullable SpikeMatrix spikes, PoolWindows of, int row, Tile into) {
        if (SimdWidth.VECTOR) {
            PoolVector.sum(values, spikes, of, row, into);
        } else {
            PoolScalar.sum(values, spikes, of, row, into, into.firstColumn(), into.endColumn());
        }
        PoolScalar.clear(into, row, into.endColumn());
    }

    private void maxBack(FloatMatrix values, @Nullable SpikeMatrix spikes, FloatMatrix gradient, int row, Tile into) {
        if (SimdWidth.VECTOR) {
            PoolBackVector.clear(into, row);
        } else {
            PoolScalar.clear(into, row, into.firstColumn());
        }
        int first = into.firstColumn() / places.channels();
        int last = (into.endColumn() - 1) / places.channels();
        int end = readers.greatest(first, last) + 1;
        int begin = Math.min(readers.least(first, last), end);
        if (!SimdWidth.VECTOR) {
            int channels = places.channels();
            PoolScalar.maxBack(values, spikes, gradient, places, row, into, begin * channels, end * channels);
            return;
        }
        for (int output = begin; output < end; output++) {
            PoolBackVector.max(values, spikes, gradient, places, output, row, into);
        }
    }

    private void check(SpikeMatrix spikes, FloatMatrix carried, int rows) {
        check(spikes, rows);
        carried.requireShape("carried", 1, inputs());
    }

    private void check(SpikeMatrix spikes, int rows) {
        Checks.rows("spikes", spikes.rows(), rows);
        spikes.requireShape("spikes", spikes.rows(), inputs());
    }

    private void check(String name, FloatMatrix values, int columns, int rows) {
        Checks.rows(name, values.rows(), rows);
        values.requireShape(name, values.rows(), columns);
    }

    private void checkGradient(FloatMatrix gradient, int rows, Tile into) {
        check("gradient", gradient, outputs(), rows);
        into.require("into", rows, inputs());
        Checks.apart("into", into.matrix(), "gradient", gradient);
    }
}

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
 * Pools each window of a map, channel by channel: its largest value, sum or average. A window has the values
 * {@code x_k} in the order of (ky, kx), without padding:
 *
 * <pre>{@code
 * largest   m = -infinity; for each k: m = x_k if x_k > m or x_k is NaN
 * sum       s = +0; for each k: s = s + x_k
 * average   sum / (how many, or how many with the padding)
 * }</pre>
 *
 * <p>Backward, each gradient starts from +0, and windows add to it in the order of their outputs. The gradient of an
 * output goes to the {@code x_k} that {@code m} took last, which is the first of equal values. Each value of a sum gets
 * the gradient, and each value of an average the gradient divided by the same number.
 *
 * <p>Spikes have the values that they carry, silent inputs +0. Immutable; threads may share an object.
 */
public final class MapPool {

    private final Window window;
    private final boolean largest;
    private final PoolWindows places;
    private final PoolWindows readers;

    private MapPool(Window window, boolean largest, float @Nullable [] divisors) {
        this.window = window;
        this.largest = largest;
        this.places = PoolWindows.of(window, divisors);
        this.readers = places.reversed(window.y().inputs() * window.x().inputs());
    }

    /** Creates a pool of largest values; no window may have only padding. */
    public static MapPool max(Window window) {
        return new MapPool(window, true, null);
    }

    public static MapPool sum(Window window) {
        return new MapPool(window, false, null);
    }

    /**
     * Creates a pool of averages.
     *
     * @param window without dilation
     * @param countsPadding true to count padding; places beyond the padding never count
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

    public Window window() {
        return window;
    }

    /** Returns the divisor of each position's sum; null for largest values and sums. */
    public float @Nullable [] divisors() {
        return places.divisors();
    }

    public int inputs() {
        return readers.columns();
    }

    public int outputs() {
        return places.columns();
    }

    /**
     * Allocates the winners of some rows, for a pool of largest values.
     *
     * @throws IllegalArgumentException if a row has more than 2^30 bits
     */
    public PoolWinners winners(Arena arena, int rows) {
        boolean once = readers.places().length == readers.positions();
        for (int i = 0; i < readers.positions(); i++) {
            once &= readers.starts()[i] == i;
        }
        return new PoolWinners(arena, places, inputs(), once, rows);
    }

    public long work() {
        return (long) places.places().length * places.channels();
    }

    /**
     * Pools the first rows of values.
     *
     * @param values {@code [at least rows x inputs]}
     * @param rows the number of rows, at least 1
     * @param into {@code [at least rows x outputs]}; these rows of the blocks in use are overwritten
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
     * @param carried the values of spikes, {@code [1 x inputs]}
     * @param rows the number of rows, at least 1
     * @param into {@code [at least rows x outputs]}; these rows of the blocks in use are overwritten
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
     * Pools the largest values of spikes that all carry the same positive value: a channel has this value if an input
     * of its window fires. Up to 64 channels are computed at a time.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param value the value of each spike, above 0
     * @param rows the number of rows, at least 1
     * @param into {@code [at least rows x outputs]}; these rows of the blocks in use are overwritten
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
     * Computes the gradients of the first rows, for a pool of sums or averages.
     *
     * @param gradient {@code [at least rows x outputs]}
     * @param rows the number of rows, at least 1
     * @param into {@code [at least rows x inputs]}; these rows of the blocks in use are overwritten
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void back(FloatMatrix gradient, int rows, Tile into) {
        checkGradient(gradient, rows, into);
        for (int row = 0; row < rows; row++) {
            sum(gradient, null, readers, row, into);
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

    private static void sum(FloatMatrix values, @Nullable SpikeMatrix spikes, PoolWindows windows, int row, Tile into) {
        if (SimdWidth.VECTOR) {
            PoolVector.sum(values, spikes, windows, row, into);
        } else {
            PoolScalar.sum(values, spikes, windows, row, into, into.firstColumn(), into.endColumn());
        }
        PoolScalar.clear(into, row, into.endColumn());
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

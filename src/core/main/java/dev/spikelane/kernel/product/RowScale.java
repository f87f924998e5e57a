package dev.spikelane.kernel.product;

import dev.spikelane.equation.Elementwise;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.ZeroInputs;
import java.lang.invoke.MethodHandles;

/**
 * Multiplies each column of some rows by its weight: {@code into[r][i] = weight[i] * from[r][i]}, in float32. A value
 * of 0 gives 0, whatever the weight ({@link ZeroInputs}).
 */
public final class RowScale {

    /** The product with values. A weight that is not finite counts as 0 if the value is 0. */
    private static final Elementwise VALUES = Elementwise.of(MethodHandles.lookup(), """
            state current
            input value, weight
            current = (abs(value) > 0 or weight - weight >= 0 ? weight : 0) * value
            spike 0 > 1
            """);

    private RowScale() {}

    /**
     * Multiplies the first rows of values.
     *
     * @param values {@code [at least rows x columns]}; apart from {@code into}
     * @param weights {@code [1 x columns]}
     * @param into {@code [at least rows x columns]}; these rows of the blocks in use are overwritten
     * @param rows the number of rows, at least 1
     * @throws IllegalArgumentException if a shape does not fit, or {@code into} shares memory with the values
     */
    public static void multiply(FloatMatrix values, FloatMatrix weights, Tile into, int rows) {
        Checks.rows("values", values.rows(), rows);
        values.requireShape("values", values.rows(), weights.columns());
        check(weights, into, rows);
        Checks.apart("current", into.matrix(), "values", values);
        multiply(values, 0, weights, into, rows);
    }

    /**
     * Multiplies the first rows in place.
     *
     * @param weights {@code [1 x columns]}
     * @param current {@code [at least rows x columns]}; these rows of the blocks in use are multiplied
     * @param rows the number of rows, at least 1
     * @throws IllegalArgumentException if a shape does not fit
     */
    public static void multiply(FloatMatrix weights, Tile current, int rows) {
        check(weights, current, rows);
        multiply(current.matrix(), current.origin(), weights, current, rows);
    }

    /**
     * Writes the weight of each column that fires, and 0 for each silent one, for the first rows.
     *
     * @param spikes {@code [at least rows x columns]}
     * @param weights {@code [1 x columns]}
     * @param into {@code [at least rows x columns]}; these rows of the blocks in use are overwritten
     * @param rows the number of rows, at least 1
     * @throws IllegalArgumentException if a shape does not fit
     */
    public static void multiply(SpikeMatrix spikes, FloatMatrix weights, Tile into, int rows) {
        Checks.rows("spikes", spikes.rows(), rows);
        spikes.requireShape("spikes", spikes.rows(), weights.columns());
        check(weights, into, rows);
        for (int row = 0; row < rows; row++) {
            if (SimdWidth.VECTOR) {
                RowScaleVector.multiply(spikes, weights, into, row);
            } else {
                scalar(spikes, weights, into, row);
            }
        }
    }

    /** Multiplies values; the matrix begins at column {@code origin}. */
    private static void multiply(FloatMatrix values, int origin, FloatMatrix weights, Tile into, int rows) {
        Frame frame = VALUES.frame();
        long first = values.rowOffset(0) - (long) origin * Float.BYTES;
        frame.put("value", values.segment(), first, (long) values.stride() * Float.BYTES);
        frame.repeat("weight", weights, 0);
        frame.put("current", into.matrix().segment(), into.offset(0, 0), into.offset(1, 0) - into.offset(0, 0));
        frame.firstWord = into.firstBlock();
        frame.words = into.endBlock() - into.firstBlock();
        VALUES.run(frame, rows);
    }

    private static void check(FloatMatrix weights, Tile current, int rows) {
        weights.requireShape("weights", 1, weights.columns());
        current.require("current", rows, weights.columns());
        Checks.apart("current", current.matrix(), "weights", weights);
    }

    /** The specification for spikes. */
    static void scalar(SpikeMatrix spikes, FloatMatrix weights, Tile into, int row) {
        for (int i = into.firstColumn(); i < into.endBlock() * FloatMatrix.ROW_MULTIPLE; i++) {
            float weight = i < into.columns() && spikes.get(row, i) ? Elements.get(weights, 0, i) : 0;
            Elements.set(into.matrix(), row, i - into.origin(), weight);
        }
    }
}

package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.ZeroInputs;

/**
 * Multiplies each column of rows by a weight of its own and adds a number of its own, rounded once:
 * {@code into[r][i] = weight[i] * from[r][i] + offset[i]}; a value of zero adds nothing, whatever its weight
 * ({@link ZeroInputs}).
 */
public final class RowAffine {

    private RowAffine() {}

    /**
     * Computes the first rows.
     *
     * @param values {@code [at least rows x columns]}; apart from {@code into}
     * @param weights {@code [1 x columns]}
     * @param offsets {@code [1 x columns]}
     * @param into {@code [at least rows x columns]}, of which these rows of the blocks in use are overwritten
     * @param rows how many rows, at least 1
     * @throws IllegalArgumentException if a shape does not fit, or {@code into} shares memory with the values
     */
    public static void apply(FloatMatrix values, FloatMatrix weights, FloatMatrix offsets, Tile into, int rows) {
        Checks.rows("values", values.rows(), rows);
        values.requireShape("values", values.rows(), weights.columns());
        Checks.apart("current", into.matrix(), "values", values);
        apply(values, 0, weights, offsets, into, rows);
    }

    /**
     * Computes the first rows where they stand.
     *
     * @param weights {@code [1 x columns]}
     * @param offsets {@code [1 x columns]}
     * @param current {@code [at least rows x columns]}, of which these rows of the blocks in use are overwritten
     * @param rows how many rows, at least 1
     * @throws IllegalArgumentException if a shape does not fit
     */
    public static void apply(FloatMatrix weights, FloatMatrix offsets, Tile current, int rows) {
        apply(current.matrix(), current.origin(), weights, offsets, current, rows);
    }

    private static void apply(
            FloatMatrix values, int origin, FloatMatrix weights, FloatMatrix offsets, Tile into, int rows) {
        weights.requireShape("weights", 1, weights.columns());
        offsets.requireShape("offsets", 1, weights.columns());
        into.require("current", rows, weights.columns());
        for (int row = 0; row < rows; row++) {
            if (SimdWidth.VECTOR) {
                RowAffineVector.apply(values, origin, weights, offsets, into, row);
            } else {
                scalar(values, origin, weights, offsets, into, row);
            }
        }
    }

    /** The specification, of values whose column {@code origin} stands in column 0. */
    static void scalar(FloatMatrix values, int origin, FloatMatrix weights, FloatMatrix offsets, Tile into, int row) {
        for (int i = into.firstColumn(); i < into.endBlock() * FloatMatrix.ROW_MULTIPLE; i++) {
            float result = i < into.columns()
                    ? ZeroInputs.fma(
                            Elements.get(values, row, i - origin),
                            Elements.get(weights, 0, i),
                            Elements.get(offsets, 0, i))
                    : 0;
            Elements.set(into.matrix(), row, i - into.origin(), result);
        }
    }
}

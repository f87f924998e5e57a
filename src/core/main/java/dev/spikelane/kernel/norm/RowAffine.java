package dev.spikelane.kernel.norm;

import dev.spikelane.equation.Elementwise;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.ZeroInputs;
import java.lang.invoke.MethodHandles;

/**
 * Multiplies each column of some rows by its weight and adds its offset, rounded once:
 * {@code into[r][i] = weight[i] * from[r][i] + offset[i]}. A value of zero adds nothing, whatever its weight
 * ({@link ZeroInputs}).
 */
public final class RowAffine {

    private static final Elementwise TEXT = Elementwise.of(MethodHandles.lookup(), """
            state current
            input value, weight, offset
            current = fma(value, abs(value) > 0 or weight - weight >= 0 ? weight : 0, offset)
            spike 0 > 1
            """);

    private RowAffine() {}

    /**
     * Computes the first rows.
     *
     * @param values {@code [at least rows x columns]}; apart from {@code into}
     * @param weights {@code [1 x columns]}
     * @param offsets {@code [1 x columns]}
     * @param into {@code [at least rows x columns]}; these rows of the blocks in use are overwritten
     * @param rows the number of rows, at least 1
     * @throws IllegalArgumentException if a shape does not fit, or {@code into} shares memory with the values
     */
    public static void apply(FloatMatrix values, FloatMatrix weights, FloatMatrix offsets, Tile into, int rows) {
        Checks.rows("values", values.rows(), rows);
        values.requireShape("values", values.rows(), weights.columns());
        Checks.apart("current", into.matrix(), "values", values);
        apply(values, 0, weights, offsets, into, rows);
    }

    /**
     * Computes the first rows in place.
     *
     * @param weights {@code [1 x columns]}
     * @param offsets {@code [1 x columns]}
     * @param current {@code [at least rows x columns]}; these rows of the blocks in use are overwritten
     * @param rows the number of rows, at least 1
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
        Frame frame = TEXT.frame();
        long first = values.rowOffset(0) - (long) origin * Float.BYTES;
        frame.put("value", values.segment(), first, (long) values.stride() * Float.BYTES);
        frame.repeat("weight", weights, 0);
        frame.repeat("offset", offsets, 0);
        frame.put("current", into.matrix().segment(), into.offset(0, 0), into.offset(1, 0) - into.offset(0, 0));
        frame.firstWord = into.firstBlock();
        frame.words = into.endBlock() - into.firstBlock();
        TEXT.run(frame, rows);
    }
}

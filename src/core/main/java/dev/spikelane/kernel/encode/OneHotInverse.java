package dev.spikelane.kernel.encode;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;

/** Swaps zeros and ones: {@code inverse = (value == 0 ? 1 : 0)}; NaN is not zero. */
public final class OneHotInverse {

    private OneHotInverse() {}

    /**
     * Writes the inverse of a matrix.
     *
     * @param values {@code [rows x columns]}
     * @param inverse {@code [rows x columns]}, overwritten; may be the same matrix, but not overlap otherwise
     * @throws IllegalArgumentException if shapes differ, or the inverse shares memory with other rows of the values
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void invert(FloatMatrix values, FloatMatrix inverse) {
        values.requireShape("values", values.rows(), values.columns());
        inverse.requireShape("inverse", values.rows(), values.columns());
        Checks.sameOrApart("inverse", inverse, "values", values);
        for (int row = 0; row < values.rows(); row++) {
            for (int column = 0; column < values.columns(); column++) {
                long at = values.rowOffset(row) + (long) column * Float.BYTES;
                inverse.segment().set(JAVA_FLOAT, at, values.segment().get(JAVA_FLOAT, at) == 0 ? 1 : 0);
            }
        }
    }
}

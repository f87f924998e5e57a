package dev.spikelane.kernel.encode;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.SimdWidth;

/** The smallest and the largest element of a matrix. Both are NaN if an element is. */
public final class Extremes {

    private Extremes() {}

    /**
     * Returns the smallest element; -0 is smaller than 0.
     *
     * @return NaN if an element is NaN
     * @throws IllegalStateException if the arena is closed
     * @throws WrongThreadException if the arena is confined to another thread
     */
    public static float min(FloatMatrix values) {
        return -max(values, -1);
    }

    /**
     * Returns the largest element; 0 is larger than -0.
     *
     * @return NaN if an element is NaN
     * @throws IllegalStateException if the arena is closed
     * @throws WrongThreadException if the arena is confined to another thread
     */
    public static float max(FloatMatrix values) {
        return max(values, 1);
    }

    private static float max(FloatMatrix values, float sign) {
        values.requireShape("values", values.rows(), values.columns());
        return SimdWidth.VECTOR ? ExtremesVector.max(values, sign) : scalar(values, sign);
    }

    /** The specification: the largest of {@code sign * value}. */
    public static float scalar(FloatMatrix values, float sign) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int row = 0; row < values.rows(); row++) {
            for (int column = 0; column < values.columns(); column++) {
                float value = values.segment().get(JAVA_FLOAT, values.rowOffset(row) + (long) column * Float.BYTES);
                largest = Math.max(largest, sign * value);
            }
        }
        return largest;
    }
}

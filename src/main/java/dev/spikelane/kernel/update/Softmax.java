package dev.spikelane.kernel.update;

import dev.spikelane.kernel.base.Elements;
import dev.spikelane.kernel.base.Exponential;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.memory.FloatMatrix;
import java.util.Objects;

/**
 * The parts of a softmax, row by row, in float32 and unfused. With m the maximum of the row:
 *
 * <pre>{@code
 * e[c] = exp(z[c] - m)          exp of Exponential, within 2 units in the last place
 * s    = e[0] + e[1] + ...      classes ascending, from 0
 * p[c] = e[c] / s * factor
 * }</pre>
 */
public final class Softmax {

    private Softmax() {}

    /**
     * Finds the maximum of a row.
     *
     * @param values {@code [rows x classes]}
     * @param row the row
     * @return the maximum, NaN if a value is
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public static float maximum(FloatMatrix values, int row) {
        Objects.checkIndex(row, values.rows());
        float most = Float.NEGATIVE_INFINITY;
        for (int column = 0; column < values.columns(); column++) {
            most = Math.max(most, Elements.get(values, row, column));
        }
        return most;
    }

    /**
     * Computes exponentials and their sum.
     *
     * @param values z, {@code [rows x classes]}
     * @param row the row of z
     * @param maximum m, from {@link #maximum}
     * @param exponentials receives e, {@code [rows x classes]}; may be the same row of the same matrix
     * @param to the row of e
     * @return s
     * @throws IllegalArgumentException if the matrices have not the same number of columns
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public static float exponentials(FloatMatrix values, int row, float maximum, FloatMatrix exponentials, int to) {
        Objects.checkIndex(row, values.rows());
        Objects.checkIndex(to, exponentials.rows());
        exponentials.requireShape("exponentials", exponentials.rows(), values.columns());
        if (SimdWidth.VECTOR) {
            SoftmaxVector.exponentials(values, row, maximum, exponentials, to);
        } else {
            scalarExponentials(values, row, maximum, exponentials, to);
        }
        float sum = 0;
        for (int column = 0; column < values.columns(); column++) {
            sum += Elements.get(exponentials, to, column);
        }
        return sum;
    }

    /**
     * Divides a row by a sum, and multiplies it.
     *
     * @param exponentials e, overwritten by p
     * @param row the row
     * @param sum s
     * @param factor the factor
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public static void divide(FloatMatrix exponentials, int row, float sum, float factor) {
        Objects.checkIndex(row, exponentials.rows());
        if (SimdWidth.VECTOR) {
            SoftmaxVector.divide(exponentials, row, sum, factor);
        } else {
            scalarDivide(exponentials, row, sum, factor);
        }
    }

    /** The specification of the exponentials. */
    static void scalarExponentials(FloatMatrix values, int row, float maximum, FloatMatrix exponentials, int to) {
        for (int column = 0; column < values.columns(); column++) {
            float e = Exponential.scalar(Elements.get(values, row, column) - maximum);
            Elements.set(exponentials, to, column, e);
        }
    }

    /** The specification of the quotients. */
    static void scalarDivide(FloatMatrix exponentials, int row, float sum, float factor) {
        for (int column = 0; column < exponentials.columns(); column++) {
            Elements.set(exponentials, row, column, Elements.get(exponentials, row, column) / sum * factor);
        }
    }
}

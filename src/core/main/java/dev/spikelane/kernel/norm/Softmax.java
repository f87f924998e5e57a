package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Exponential;
import dev.spikelane.simd.SimdWidth;
import java.util.Objects;

/**
 * The softmax of some rows, in float32 and unfused. With m the maximum of a row, NaN if one of its values is:
 *
 * <pre>{@code
 * e[c] = exp(z[c] - m)          exp of Exponential, within 2 units in the last place
 * s    = e[0] + e[1] + ...      classes ascending, from 0
 * p[c] = e[c] / s * factor
 * }</pre>
 *
 * <p>An object owns scratch memory and serves one thread. All rows pass each line of this formula together, because the
 * operations of a single row wait for each other.
 */
public final class Softmax {

    private final int classes;
    private final int stride;

    private final boolean vectors;
    private final float[] exponentials;
    private final float[] maxima;
    private final float[] sums;
    private int count;

    /**
     * Allocates scratch memory.
     *
     * @param classes the classes of a row
     * @param rows the most rows at a time
     */
    public Softmax(int classes, int rows) {
        this(classes, rows, SimdWidth.VECTOR);
    }

    /** Without vectors this is the specification. */
    Softmax(int classes, int rows, boolean vectors) {
        int lanes = vectors ? SimdWidth.bits() / Float.SIZE : 1;
        this.classes = classes;
        this.stride = Math.ceilDiv(classes, lanes) * lanes;
        this.vectors = vectors;
        this.exponentials = new float[rows * stride];
        this.maxima = new float[rows];
        this.sums = new float[rows];
    }

    /**
     * Reads some rows, and computes their maxima, exponentials and sums.
     *
     * @param values z, {@code [rows x classes]}
     * @param first the first row
     * @param step rows from each to the next
     * @throws IllegalArgumentException if the number of classes differs
     * @throws IndexOutOfBoundsException if there are no such rows, or more rows than the scratch memory holds
     */
    public void take(FloatMatrix values, int first, int step, int rows) {
        values.requireShape("values", values.rows(), classes);
        Objects.checkIndex(first + (rows - 1) * step, values.rows());
        Objects.checkFromIndexSize(0, rows, sums.length);
        count = rows;
        if (vectors) {
            SoftmaxVector.copy(values, first, step, rows, exponentials);
        } else {
            for (int i = 0; i < rows; i++) {
                for (int c = 0; c < classes; c++) {
                    exponentials[i * stride + c] = Elements.get(values, first + i * step, c);
                }
            }
        }
        for (int i = 0; i < rows; i++) {
            float most = Float.NEGATIVE_INFINITY;
            for (int c = i * stride; c < i * stride + classes; c++) {
                most = Math.max(most, exponentials[c]);
            }
            maxima[i] = most;
        }
        if (vectors) {
            SoftmaxVector.exponentials(exponentials, stride, rows, maxima);
        } else {
            for (int c = 0; c < rows * stride; c++) {
                exponentials[c] = Exponential.scalar(exponentials[c] - maxima[c / stride]);
            }
        }
        for (int i = 0; i < rows; i++) {
            float sum = 0;
            for (int c = i * stride; c < i * stride + classes; c++) {
                sum += exponentials[c];
            }
            sums[i] = sum;
        }
    }

    /**
     * Returns the maximum m of a row.
     *
     * @param i the number of the row in the last {@link #take}, from 0
     */
    public float maximum(int i) {
        return maxima[i];
    }

    /**
     * Returns the sum s of a row.
     *
     * @param i the number of the row in the last {@link #take}, from 0
     */
    public float sum(int i) {
        return sums[i];
    }

    /**
     * Writes p of the rows.
     *
     * @param factor the factor of p
     * @param into {@code [rows x classes]}, may be z
     * @param first the first row
     * @param step rows from each to the next
     * @throws IllegalArgumentException if the number of classes differs
     * @throws IndexOutOfBoundsException if there are no such rows
     */
    public void divide(float factor, FloatMatrix into, int first, int step) {
        into.requireShape("into", into.rows(), classes);
        Objects.checkIndex(first + (count - 1) * step, into.rows());
        if (vectors) {
            SoftmaxVector.divide(exponentials, sums, count, factor, into, first, step);
            return;
        }
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < classes; c++) {
                Elements.set(into, first + i * step, c, exponentials[i * stride + c] / sums[i] * factor);
            }
        }
    }

    /**
     * Adds up p of the rows, without a factor, from 0, in their order.
     *
     * @param into {@code [rows x classes]}
     * @param row the row to overwrite
     * @throws IllegalArgumentException if the number of classes differs
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public void add(FloatMatrix into, int row) {
        into.requireShape("into", into.rows(), classes);
        Objects.checkIndex(row, into.rows());
        if (vectors) {
            SoftmaxVector.add(exponentials, sums, count, into, row);
            return;
        }
        for (int c = 0; c < classes; c++) {
            float sum = 0;
            for (int i = 0; i < count; i++) {
                sum += exponentials[i * stride + c] / sums[i];
            }
            Elements.set(into, row, c, sum);
        }
    }
}

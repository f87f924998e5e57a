package dev.spikelane.kernel.update;

import dev.spikelane.kernel.base.Elements;
import dev.spikelane.kernel.base.Exponential;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.memory.FloatMatrix;
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
 * <p>An object owns scratch memory and serves one thread. Rows go through each part of this together, since those of a
 * single row wait for each other.
 */
public final class Softmax {

    private final int classes;
    /** Numbers between two rows of exponentials. */
    private final int stride;

    private final boolean vectors;
    private final float[] exponentials;
    private final float[] maxima;
    private final float[] sums;
    private int count;
    /** Of these rows, how many follow each other. */
    private int together = 1;

    /**
     * Makes room.
     *
     * @param classes of a row
     * @param rows the most rows at a time
     */
    public Softmax(int classes, int rows) {
        this(classes, rows, SimdWidth.VECTOR);
    }

    /** The specification is without vectors. */
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
     * Takes some rows, and computes their maxima, exponentials and sums.
     *
     * @param values z, {@code [rows x classes]}
     * @param first the first row
     * @param beside how many rows follow each other from there on: those of some samples
     * @param step rows from their first to that of the next group
     * @param groups how many groups of rows, at most those for which there is room
     * @throws IllegalArgumentException if there is another number of classes
     * @throws IndexOutOfBoundsException if there are no such rows, or there is no room
     */
    public void take(FloatMatrix values, int first, int beside, int step, int groups) {
        values.requireShape("values", values.rows(), classes);
        Objects.checkFromIndexSize(first + (groups - 1) * step, beside, values.rows());
        int rows = beside * groups;
        Objects.checkFromIndexSize(0, rows, sums.length);
        count = rows;
        together = beside;
        for (int i = 0; i < rows; i += beside) {
            int row = first + i / beside * step;
            if (vectors) {
                SoftmaxVector.copy(values, row, beside, exponentials, i);
            } else {
                for (int c = 0; c < beside * classes; c++) {
                    int at = (i + c / classes) * stride + c % classes;
                    exponentials[at] = Elements.get(values, row + c / classes, c % classes);
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
     * Returns a maximum.
     *
     * @param i which of the rows that were taken, from 0
     * @return m
     */
    public float maximum(int i) {
        return maxima[i];
    }

    /**
     * Returns a sum.
     *
     * @param i which of the rows that were taken, from 0
     * @return s
     */
    public float sum(int i) {
        return sums[i];
    }

    /**
     * Writes p of the rows that were taken.
     *
     * @param factors by which it is multiplied, for each row of a group
     * @param into {@code [rows x classes]}, may be z
     * @param first the first row
     * @param step rows from the first of a group to that of the next
     * @throws IllegalArgumentException if there is another number of classes
     * @throws IndexOutOfBoundsException if there are no such rows
     */
    public void divide(float[] factors, FloatMatrix into, int first, int step) {
        into.requireShape("into", into.rows(), classes);
        Objects.checkFromIndexSize(first + (count / together - 1) * step, together, into.rows());
        for (int i = 0; i < count; i += together) {
            int row = first + i / together * step;
            if (vectors) {
                SoftmaxVector.divide(exponentials, sums, i, factors, together, into, row);
            } else {
                for (int c = 0; c < together * classes; c++) {
                    int of = c / classes;
                    float quotient = exponentials[(i + of) * stride + c % classes] / sums[i + of];
                    Elements.set(into, row + of, c % classes, quotient * factors[of]);
                }
            }
        }
    }

    /**
     * Adds up p of one row of each group that was taken, without a factor, from 0, in their order.
     *
     * @param which row of a group, from 0
     * @param into {@code [rows x classes]}
     * @param row which of its rows is overwritten
     * @throws IllegalArgumentException if there is another number of classes
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public void add(int which, FloatMatrix into, int row) {
        into.requireShape("into", into.rows(), classes);
        Objects.checkIndex(row, into.rows());
        Objects.checkIndex(which, together);
        if (vectors) {
            SoftmaxVector.add(exponentials, sums, which, together, count, into, row);
            return;
        }
        for (int c = 0; c < classes; c++) {
            float sum = 0;
            for (int i = which; i < count; i += together) {
                sum += exponentials[i * stride + c] / sums[i];
            }
            Elements.set(into, row, c, sum);
        }
    }
}

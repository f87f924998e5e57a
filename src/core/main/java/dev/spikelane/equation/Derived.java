package dev.spikelane.equation;

import dev.spikelane.loop.Node;
import java.util.List;

/**
 * A parameter computed from others: in float64 and then rounded once to float32, or with each operation in float32.
 *
 * @param of the expression, of parameters only; or the entries of a square matrix, row by row
 * @param size rows of the matrix; 0 for an expression
 * @param row the row of this parameter in the matrix exponential, as is {@code column}
 * @param single true if each operation of the expression is rounded to float32
 */
public record Derived(List<Node> of, int size, int row, int column, boolean single) {

    private static final int TERMS = 18;

    static Derived expression(Node of, boolean single) {
        return new Derived(List.of(of), 0, 0, 0, single);
    }

    /** Returns true for an expression, which has derivatives, unlike an entry of a matrix exponential. */
    public boolean isExpression() {
        return size == 0;
    }

    /**
     * Returns {@code e^A} of a small matrix, row by row: the Taylor series of {@code A / 2^s}, squared {@code s} times.
     * The absolute values of a row of {@code A / 2^s} sum to at most 1/2.
     */
    static double[] exponential(double[] matrix, int size) {
        double norm = 0;
        for (int row = 0; row < size; row++) {
            double sum = 0;
            for (int column = 0; column < size; column++) {
                sum += Math.abs(matrix[row * size + column]);
            }
            norm = Math.max(norm, sum);
        }
        int squarings = Double.isFinite(norm) ? Math.max(0, Math.getExponent(norm) + 2) : 0;
        double[] scaled = new double[matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            scaled[i] = Math.scalb(matrix[i], -squarings);
        }
        double[] sum = identity(size);
        for (int term = TERMS; term > 0; term--) { // Horner: I + A / 1 (I + A / 2 (I + ...))
            sum = product(scaled, sum, size);
            for (int i = 0; i < sum.length; i++) {
                sum[i] = sum[i] / term + (i % (size + 1) == 0 ? 1 : 0);
            }
        }
        for (int i = 0; i < squarings; i++) {
            sum = product(sum, sum, size);
        }
        return sum;
    }

    private static double[] identity(int size) {
        double[] made = new double[size * size];
        for (int i = 0; i < size; i++) {
            made[i * size + i] = 1;
        }
        return made;
    }

    private static double[] product(double[] a, double[] b, int size) {
        double[] made = new double[size * size];
        for (int row = 0; row < size; row++) {
            for (int column = 0; column < size; column++) {
                double sum = 0;
                for (int i = 0; i < size; i++) {
                    sum += a[row * size + i] * b[i * size + column];
                }
                made[row * size + column] = sum;
            }
        }
        return made;
    }
}

package dev.spikelane.equation;

/** {@code e^A} of small matrices: a Taylor series of {@code A / 2^s}, whose rows sum up to 1/2, squared s times. */
final class MatrixExponential {

    private static final int TERMS = 18;

    private MatrixExponential() {}

    /** The exponential of a matrix in rows. */
    static double[] of(double[] matrix, int size) {
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

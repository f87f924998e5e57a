package dev.spikelane.train.loss;

import dev.spikelane.kernel.norm.Softmax;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Logarithm;
import org.jspecify.annotations.Nullable;

/**
 * The cross-entropy of some rows with one label, and its gradient. With q the targets of the classes, weights and
 * smoothing included, Q their sum, m the maximum of a row and s the sum of {@code exp(z - m)}:
 *
 * <pre>{@code
 * term     = Q * log s - sum of q[c] * (z[c] - m)      classes ascending, in float64, without classes with q = 0
 * gradient = p[c] * (Q * scale) - q[c] * scale         p the softmax
 * }</pre>
 */
public final class SoftmaxTerm {

    private final int classes;
    private final float @Nullable [] weights;
    private final float certain;
    private final float shared;
    private final Softmax softmax;

    /**
     * Allocates memory.
     *
     * @param rows the most rows at a time
     */
    public SoftmaxTerm(int classes, int rows, float @Nullable [] weights, double smoothing) {
        this.classes = classes;
        this.weights = weights;
        this.certain = (float) (1 - smoothing);
        this.shared = (float) (smoothing / classes);
        this.softmax = new Softmax(classes, rows);
    }

    int classes() {
        return classes;
    }

    /** Reads rows at a distance of {@code step}, and returns the sum of their terms without the scale. */
    double take(FloatMatrix z, int first, int step, int rows, int label) {
        softmax.take(z, first, step, rows);
        float total = total(label);
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            float maximum = softmax.maximum(i);
            double product = 0;
            for (int c = firstOf(label); c < endOf(label); c++) {
                float q = target(c, label);
                product += q == 0 ? 0 : (double) q * (Elements.get(z, first + i * step, c) - maximum);
            }
            sum += (double) total * Logarithm.log(softmax.sum(i)) - product;
        }
        return sum;
    }

    /** Writes the scaled gradients of the last rows; {@code into} may be their matrix. */
    void gradients(int label, float scale, FloatMatrix into, int first, int step, int rows) {
        softmax.divide(total(label) * scale, into, first, step);
        for (int c = firstOf(label); c < endOf(label); c++) {
            float wanted = target(c, label) * scale;
            for (int i = 0; i < rows; i++) {
                int row = first + i * step;
                Elements.set(into, row, c, Elements.get(into, row, c) - wanted);
            }
        }
    }

    /** Writes the sum of the softmaxes of the last rows. */
    void addUp(FloatMatrix scores, int row) {
        softmax.add(scores, row);
    }

    private int firstOf(int label) {
        return shared == 0 ? label : 0;
    }

    private int endOf(int label) {
        return shared == 0 ? label + 1 : classes;
    }

    private float total(int label) {
        float total = 0;
        for (int c = firstOf(label); c < endOf(label); c++) {
            total += target(c, label);
        }
        return total;
    }

    private float target(int c, int label) {
        float weight = weights == null ? 1 : weights[c];
        return ((c == label ? certain : 0) + shared) * weight;
    }
}

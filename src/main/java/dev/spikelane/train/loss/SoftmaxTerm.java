package dev.spikelane.train.loss;

import dev.spikelane.kernel.base.Elements;
import dev.spikelane.kernel.base.Logarithm;
import dev.spikelane.kernel.update.Softmax;
import dev.spikelane.memory.FloatMatrix;
import org.jspecify.annotations.Nullable;

/**
 * The cross-entropy of one row with one label, and its gradient. With q the targets of the classes, weights and
 * smoothing included, Q their sum, m the maximum and s the sum of {@code exp(z - m)}:
 *
 * <pre>{@code
 * term     = Q * log s - sum of q[c] * (z[c] - m)      classes ascending, in float64; those with q = 0 left out
 * gradient = p[c] * (Q * scale) - q[c] * scale         p the softmax
 * }</pre>
 */
public final class SoftmaxTerm {

    private final int classes;
    private final float @Nullable [] weights;
    private final float certain;
    private final float shared;

    public SoftmaxTerm(int classes, float @Nullable [] weights, double smoothing) {
        this.classes = classes;
        this.weights = weights;
        this.certain = (float) (1 - smoothing);
        this.shared = (float) (smoothing / classes);
    }

    int classes() {
        return classes;
    }

    /** Returns the term, not scaled, and writes the scaled gradient to a row, which may be that of z. */
    double evaluate(FloatMatrix z, int row, int label, float scale, FloatMatrix gradient, int to) {
        int first = shared == 0 ? label : 0;
        int end = shared == 0 ? label + 1 : classes;
        float maximum = Softmax.maximum(z, row);
        double product = 0;
        float total = 0;
        for (int c = first; c < end; c++) {
            float q = target(c, label);
            total += q;
            product += q == 0 ? 0 : (double) q * (Elements.get(z, row, c) - maximum);
        }
        float sum = Softmax.exponentials(z, row, maximum, gradient, to);
        Softmax.divide(gradient, to, sum, total * scale);
        for (int c = first; c < end; c++) {
            Elements.set(gradient, to, c, Elements.get(gradient, to, c) - target(c, label) * scale);
        }
        return (double) total * Logarithm.log(sum) - product;
    }

    private float target(int c, int label) {
        float weight = weights == null ? 1 : weights[c];
        return ((c == label ? certain : 0) + shared) * weight;
    }
}

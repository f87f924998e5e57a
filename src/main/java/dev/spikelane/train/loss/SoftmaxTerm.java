package dev.spikelane.train.loss;

import dev.spikelane.kernel.base.Elements;
import dev.spikelane.kernel.base.Logarithm;
import dev.spikelane.kernel.update.Softmax;
import dev.spikelane.memory.FloatMatrix;
import org.jspecify.annotations.Nullable;

/**
 * The cross-entropy of the rows of some samples with the label of each, and its gradient. With q the targets of the classes, weights and
 * smoothing included, Q their sum, m the maximum of a row and s the sum of {@code exp(z - m)}:
 *
 * <pre>{@code
 * term     = Q * log s - sum of q[c] * (z[c] - m)      classes ascending, in float64; those with q = 0 left out
 * gradient = p[c] * (Q * scale) - q[c] * scale         p the softmax
 * }</pre>
 */
public final class SoftmaxTerm {

    private static final int MOST_SAMPLES = 8;
    private static final int MOST_NUMBERS = 4_096;

    private final int classes;
    private final float @Nullable [] weights;
    private final float certain;
    private final float shared;
    private final Softmax softmax;
    private final float[] factors;
    /** What was taken. */
    private FloatMatrix z = FloatMatrix.zeros(1, 1);

    private int first;
    private int count;
    private int step;
    private int steps;

    /**
     * Makes room.
     *
     * @param samples the most samples at a time
     * @param steps the most rows of each of them
     */
    public SoftmaxTerm(int classes, int samples, int steps, float @Nullable [] weights, double smoothing) {
        this.classes = classes;
        this.weights = weights;
        this.certain = (float) (1 - smoothing);
        this.shared = (float) (smoothing / classes);
        this.softmax = new Softmax(classes, samples * steps);
        this.factors = new float[samples];
    }

    int classes() {
        return classes;
    }

    /** The most samples at a time. */
    int samples() {
        return factors.length;
    }

    /**
     * So many samples are taken at a time that memory is read as it stands: the rows of a single one, a batch apart,
     * fall into few sets of a cache.
     */
    public static int together(int steps, int classes) {
        return (int) Math.clamp(MOST_NUMBERS / ((long) steps * classes), 1, MOST_SAMPLES);
    }

    /** Takes the rows of some samples from the first on, at each step so many rows behind the step before. */
    void take(FloatMatrix values, int sample, int samples, int batch, int ofSteps) {
        z = values;
        first = sample;
        count = samples;
        step = batch;
        steps = ofSteps;
        softmax.take(values, sample, samples, batch, ofSteps);
    }

    /** The sum of the terms of one of these samples, not scaled. */
    double sum(int sample, int label) {
        float total = total(label);
        double sum = 0;
        for (int i = 0; i < steps; i++) {
            int taken = i * count + sample;
            float maximum = softmax.maximum(taken);
            double product = 0;
            for (int c = firstOf(label); c < endOf(label); c++) {
                float q = target(c, label);
                product += q == 0 ? 0 : (double) q * (Elements.get(z, first + i * step + sample, c) - maximum);
            }
            sum += (double) total * Logarithm.log(softmax.sum(taken)) - product;
        }
        return sum;
    }

    /** Writes the scaled gradients of these samples, whose labels begin somewhere, to as many rows of each step. */
    void gradients(int[] labels, int firstLabel, float scale, FloatMatrix into, int row, int batch) {
        for (int sample = 0; sample < count; sample++) {
            factors[sample] = total(labels[firstLabel + sample]) * scale;
        }
        softmax.divide(factors, into, row, batch);
        for (int i = 0; i < steps; i++) {
            for (int sample = 0; sample < count; sample++) {
                int label = labels[firstLabel + sample];
                int to = row + i * batch + sample;
                for (int c = firstOf(label); c < endOf(label); c++) {
                    Elements.set(into, to, c, Elements.get(into, to, c) - target(c, label) * scale);
                }
            }
        }
    }

    /** Writes the sum of the softmaxes of one of these samples. */
    void addUp(int sample, FloatMatrix scores, int row) {
        softmax.add(sample, scores, row);
    }

    private int firstOf(int label) {
        return shared == 0 ? label : 0;
    }

    private int endOf(int label) {
        return shared == 0 ? label + 1 : classes;
    }

    /** The sum of the targets. */
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

package dev.spikelane.kernel.update;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Elements;
import dev.spikelane.kernel.base.FusedMultiplyAdd;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.memory.FloatMatrix;
import java.util.Objects;

/**
 * Takes gradients back through a {@link BatchNormStep}. With g the gradients of y, and n values of a channel in a step:
 *
 * <pre>{@code
 * products = sum(g * (x - mean))
 * slope    = products * inverse * inverse / n
 * gradX    = ((g - sum(g) / n) - (x - mean) * slope) * (weight * inverse)
 * }</pre>
 *
 * <p>{@code products * inverse} is added to the gradient of the weight, {@code sum(g)} to that of the bias, each
 * rounded to float32. Sums are float64, in the order of the statistics; each operation on elements is rounded to
 * float32, and the product with the slope is fused.
 *
 * <p>Several threads may use an object, each for channels of its own.
 */
public final class BatchNormBackward {

    final int batch;
    final int channels;
    final int positions;
    final FloatMatrix means;
    final FloatMatrix inverse;
    final BatchNormSums sums;

    /**
     * Makes a way back.
     *
     * @param forward the way forward
     * @param sums the weights, and where their gradients are added up, a column for each channel
     */
    public BatchNormBackward(BatchNormStep forward, BatchNormSums sums) {
        this.batch = forward.batch;
        this.channels = forward.channels;
        this.positions = forward.positions;
        this.means = forward.statistics.mean();
        this.inverse = forward.statistics.inverse();
        this.sums = sums;
        sums.weights().requireShape("weights", 1, channels);
    }

    /** Forgets what was added to the gradients of weights and biases. */
    public void begin() {
        sums.ofWeights().fill(0);
        sums.ofBias().fill(0);
    }

    /**
     * Replaces the gradients of some channels of a step by those of what was normalized, and adds those of their
     * weights and biases to the sums.
     *
     * @param gradients g, overwritten by gradX; {@code [steps * batch x positions * channels]}
     * @param values x, of the same shape or with other steps
     * @param at the step of the rows of both
     * @param step the row of the statistics
     * @param first the first channel, a multiple of 64
     * @param end the channel behind the last, a multiple of 64 or all
     * @throws IllegalArgumentException if a shape or range does not fit, or the two share memory
     */
    public void run(FloatMatrix gradients, FloatMatrix values, int at, int step, int first, int end) {
        check("gradients", gradients, at, step, first, end);
        check("values", values, at, step, first, end);
        Checks.apart("gradients", gradients, "values", values);
        int channel = first;
        if (SimdWidth.VECTOR) {
            channel = BatchNormStepVector.whole(first, end);
            BatchNormBackwardVector.run(this, gradients, values, at * batch, step, first, channel);
        }
        for (; channel < end; channel++) {
            scalar(gradients, values, at * batch, step, channel);
        }
    }

    private void check(String name, FloatMatrix rows, int at, int step, int first, int end) {
        rows.requireShape(name, rows.rows(), channels * positions);
        Objects.checkFromIndexSize(at * batch, batch, rows.rows());
        Objects.checkIndex(step, inverse.rows());
        Checks.range("channel", first, end, channels);
    }

    double count() {
        return (double) batch * positions;
    }

    /** The specification. */
    void scalar(FloatMatrix gradients, FloatMatrix values, int row, int step, int channel) {
        float center = Elements.get(means, step, channel);
        float inverted = Elements.get(inverse, step, channel);
        double sum = 0;
        double products = 0;
        for (int block = row; block < row + batch; block += BatchNormStep.BLOCK) {
            double ofBlock = 0;
            double productsOfBlock = 0;
            for (int at = block; at < Math.min(block + BatchNormStep.BLOCK, row + batch); at++) {
                for (int i = channel; i < channels * positions; i += channels) {
                    double g = Elements.get(gradients, at, i);
                    ofBlock += g;
                    productsOfBlock += g * ((double) Elements.get(values, at, i) - center);
                }
            }
            sum += ofBlock;
            products += productsOfBlock;
        }
        float mean = (float) (sum / count());
        float slope = (float) (products * inverted * inverted / count());
        add(sums.ofBias(), channel, sum);
        add(sums.ofWeights(), channel, products * inverted);
        float factor = Elements.get(sums.weights(), 0, channel) * inverted;
        for (int at = row; at < row + batch; at++) {
            for (int i = channel; i < channels * positions; i += channels) {
                float away = Elements.get(values, at, i) - center;
                float left = FusedMultiplyAdd.of(-away, slope, Elements.get(gradients, at, i) - mean);
                Elements.set(gradients, at, i, left * factor);
            }
        }
    }

    private static void add(FloatMatrix sum, int channel, double ofStep) {
        Elements.set(sum, 0, channel, Elements.get(sum, 0, channel) + (float) ofStep);
    }
}

package dev.spikelane.kernel.update;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Elements;
import dev.spikelane.kernel.base.FusedMultiplyAdd;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.memory.FloatMatrix;
import java.util.Objects;

/**
 * Takes gradients back through a {@link BatchNormStep}. With y what was normalized, g the gradients of
 * {@code weight * y + bias}, and n values of a channel in a step:
 *
 * <pre>{@code
 * gradX = ((g - sum(g) / n) - y * (sum(g * y) / n)) * (weight * inverse)
 * }</pre>
 *
 * <p>{@code sum(g * y)} is added to the gradient of the weight, {@code sum(g)} to that of the bias, each rounded to
 * float32. Sums are float64, in the order of the statistics; each operation on elements is rounded to float32, and the
 * product with y is fused.
 *
 * <p>Several threads may use an object, each for channels of its own.
 */
public final class BatchNormBackward {

    final int batch;
    final int channels;
    final int positions;
    final FloatMatrix inverse;
    final BatchNormSums sums;

    /**
     * Makes a way back.
     *
     * @param batch samples of a step, at least 1
     * @param positions positions of a channel in a row, at least 1
     * @param statistics of the way forward
     * @param sums the weights, and where their gradients are added up, a column for each channel
     */
    public BatchNormBackward(int batch, int positions, BatchStatistics statistics, BatchNormSums sums) {
        this.batch = batch;
        this.channels = statistics.inverse().columns();
        this.positions = positions;
        this.inverse = statistics.inverse();
        this.sums = sums;
        sums.weights().requireShape("weights", 1, channels);
    }

    /**
     * Replaces the gradients of some channels of a step by those of what was normalized, and adds those of their weights
     * and biases to the sums.
     *
     * @param gradients g, overwritten by gradX; {@code [steps * batch x positions * channels]}
     * @param normalized y, of the same shape or with other steps
     * @param at the step of the rows of both
     * @param step the row of the statistics
     * @param first the first channel, a multiple of 64
     * @param end the channel behind the last, a multiple of 64 or all
     * @throws IllegalArgumentException if a shape or range does not fit, or the two share memory
     */
    public void run(FloatMatrix gradients, FloatMatrix normalized, int at, int step, int first, int end) {
        check("gradients", gradients, at, step, first, end);
        check("normalized", normalized, at, step, first, end);
        Checks.apart("gradients", gradients, "normalized", normalized);
        int channel = first;
        if (SimdWidth.VECTOR) {
            channel = BatchNormStepVector.whole(first, end);
            BatchNormBackwardVector.run(this, gradients, normalized, at * batch, step, first, channel);
        }
        for (; channel < end; channel++) {
            scalar(gradients, normalized, at * batch, step, channel);
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
    void scalar(FloatMatrix gradients, FloatMatrix normalized, int row, int step, int channel) {
        double sum = 0;
        double products = 0;
        for (int block = row; block < row + batch; block += BatchNormStep.BLOCK) {
            double ofBlock = 0;
            double productsOfBlock = 0;
            for (int at = block; at < Math.min(block + BatchNormStep.BLOCK, row + batch); at++) {
                for (int i = channel; i < channels * positions; i += channels) {
                    double g = Elements.get(gradients, at, i);
                    ofBlock += g;
                    productsOfBlock += g * Elements.get(normalized, at, i);
                }
            }
            sum += ofBlock;
            products += productsOfBlock;
        }
        float mean = (float) (sum / count());
        float slope = (float) (products / count());
        add(sums.ofBias(), channel, sum);
        add(sums.ofWeights(), channel, products);
        float factor = Elements.get(sums.weights(), 0, channel) * Elements.get(inverse, step, channel);
        for (int at = row; at < row + batch; at++) {
            for (int i = channel; i < channels * positions; i += channels) {
                float centered = Elements.get(gradients, at, i) - mean;
                float left = FusedMultiplyAdd.of(-Elements.get(normalized, at, i), slope, centered);
                Elements.set(gradients, at, i, left * factor);
            }
        }
    }

    private static void add(FloatMatrix sum, int channel, double ofStep) {
        Elements.set(sum, 0, channel, Elements.get(sum, 0, channel) + (float) ofStep);
    }
}

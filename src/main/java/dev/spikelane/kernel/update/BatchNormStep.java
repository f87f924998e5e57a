package dev.spikelane.kernel.update;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Elements;
import dev.spikelane.kernel.base.FusedMultiplyAdd;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.memory.FloatMatrix;
import java.util.Objects;

/**
 * Normalizes the channels of a batch by its own statistics, step by step. Rows are time-major,
 * {@code row = step * batch + sample}, and have the channels of a position side by side, position after position. With
 * n values of a channel in a step, samples by positions:
 *
 * <pre>{@code
 * mean     = sum(x) / n
 * variance = (sum(x * x) - sum(x) * mean) / n, at least 0
 * inverse  = 1 / sqrt(variance + epsilon)
 * factor   = weight * inverse
 * y        = x * factor + (bias - mean * factor)          both fused, as torch does it
 * }</pre>
 *
 * <p>Sums are float64 and have one order, for any width of vectors and number of threads: blocks of {@value #BLOCK}
 * samples, ascending; in a block samples ascending, positions ascending; blocks are added ascending. Statistics are
 * rounded to float32, and so is each operation behind them. Of values whose mean is a million times their deviation,
 * the variance has few digits, but then the values themselves have few.
 *
 * <p>Several threads may use an object, each for channels of its own.
 */
public final class BatchNormStep {

    /** Samples of a block. */
    public static final int BLOCK = 8;

    final int batch;
    final int channels;
    final int positions;
    final double epsilon;
    final BatchStatistics statistics;
    final FloatMatrix weights;
    final FloatMatrix bias;

    /**
     * Makes a step.
     *
     * @param batch samples of a step, at least 1
     * @param positions positions of a channel in a row, at least 1
     * @param epsilon what is added to variances
     * @param statistics where statistics stay, a column for each channel
     * @param weights {@code [1 x channels]}
     * @param bias {@code [1 x channels]}
     */
    public BatchNormStep(
            int batch,
            int positions,
            double epsilon,
            BatchStatistics statistics,
            FloatMatrix weights,
            FloatMatrix bias) {
        this.channels = statistics.mean().columns();
        weights.requireShape("weights", 1, channels);
        bias.requireShape("bias", 1, channels);
        this.batch = batch;
        this.positions = positions;
        this.epsilon = epsilon;
        this.statistics = statistics;
        this.weights = weights;
        this.bias = bias;
    }

    /**
     * Returns the statistics.
     *
     * @return a row for each step that was measured
     */
    public BatchStatistics statistics() {
        return statistics;
    }

    /**
     * Measures some channels of a step.
     *
     * @param values x, {@code [steps * batch x positions * channels]}
     * @param at the step of these rows
     * @param step the row of the statistics
     * @param first the first channel, a multiple of 64
     * @param end the channel behind the last, a multiple of 64 or all
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    public void measure(FloatMatrix values, int at, int step, int first, int end) {
        check("values", values, at, step, first, end);
        int channel = first;
        if (SimdWidth.VECTOR) {
            channel = BatchNormStepVector.whole(first, end);
            BatchNormStepVector.measure(this, values, at * batch, step, first, channel);
        }
        for (; channel < end; channel++) {
            scalarMeasure(values, at * batch, step, channel);
        }
    }

    /**
     * Normalizes some channels of a step, which was measured.
     *
     * @param values x, {@code [steps * batch x positions * channels]}
     * @param into receives y, of the same shape; apart from x
     * @param at the step of the rows of both
     * @param step the row of the statistics
     * @param first the first channel, a multiple of 64
     * @param end the channel behind the last, a multiple of 64 or all
     * @throws IllegalArgumentException if a shape or range does not fit, or the two share memory
     */
    public void normalize(FloatMatrix values, FloatMatrix into, int at, int step, int first, int end) {
        check("values", values, at, step, first, end);
        check("into", into, at, step, first, end);
        Checks.apart("into", into, "values", values);
        int channel = first;
        if (SimdWidth.VECTOR) {
            channel = BatchNormStepVector.padded(this, first, end);
            BatchNormStepVector.normalize(this, values, into, at * batch, step, first, channel);
        }
        for (; channel < end; channel++) {
            scalarNormalize(values, into, at * batch, step, channel);
        }
    }

    private void check(String name, FloatMatrix rows, int at, int step, int first, int end) {
        rows.requireShape(name, rows.rows(), channels * positions);
        Objects.checkFromIndexSize(at * batch, batch, rows.rows());
        Objects.checkIndex(step, statistics.mean().rows());
        Checks.range("channel", first, end, channels);
    }

    /** How many values of a channel a step has. */
    double count() {
        return (double) batch * positions;
    }

    /** The specification of the statistics. */
    void scalarMeasure(FloatMatrix values, int row, int step, int channel) {
        double sum = 0;
        double squares = 0;
        for (int block = row; block < row + batch; block += BLOCK) {
            double ofBlock = 0;
            double squaresOfBlock = 0;
            for (int at = block; at < Math.min(block + BLOCK, row + batch); at++) {
                for (int i = channel; i < channels * positions; i += channels) {
                    double x = Elements.get(values, at, i);
                    ofBlock += x;
                    squaresOfBlock += x * x;
                }
            }
            sum += ofBlock;
            squares += squaresOfBlock;
        }
        double mean = sum / count();
        double spread = Math.max(squares - sum * mean, 0);
        Elements.set(statistics.mean(), step, channel, (float) mean);
        Elements.set(statistics.inverse(), step, channel, (float) (1 / Math.sqrt(spread / count() + epsilon)));
        Elements.set(statistics.variance(), step, channel, (float) (spread / Math.max(count() - 1, 1)));
    }

    /** The specification of the normalized values. */
    void scalarNormalize(FloatMatrix values, FloatMatrix into, int row, int step, int channel) {
        float factor = Elements.get(weights, 0, channel) * Elements.get(statistics.inverse(), step, channel);
        float mean = Elements.get(statistics.mean(), step, channel);
        float term = FusedMultiplyAdd.of(-mean, factor, Elements.get(bias, 0, channel));
        for (int at = row; at < row + batch; at++) {
            for (int i = channel; i < channels * positions; i += channels) {
                Elements.set(into, at, i, FusedMultiplyAdd.of(Elements.get(values, at, i), factor, term));
            }
        }
    }
}

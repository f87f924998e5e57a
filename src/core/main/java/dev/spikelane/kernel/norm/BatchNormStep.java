package dev.spikelane.kernel.norm;

import dev.spikelane.equation.Elementwise;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.util.Objects;

/**
 * Normalizes the channels of a batch by its own statistics, step by step. A channel has n values in a step, samples by
 * positions:
 *
 * <pre>{@code
 * mean     = sum(x) / n
 * variance = (sum(x * x) - sum(x) * mean) / n, at least 0
 * inverse  = 1 / sqrt(variance + epsilon)
 * factor   = weight * inverse
 * y        = x * factor + (bias - mean * factor)          both fused, as torch does it
 * }</pre>
 *
 * <p>Sums are float64 and have one order for any vector width and number of threads: blocks of eight samples, samples
 * of a block and positions of a sample, all ascending. Statistics and all operations after them are rounded to float32.
 * If the mean is a million times the deviation, the variance has few digits, but then the values themselves have few.
 *
 * <p>A step needs {@link #measure}, whose blocks threads may share, then {@link #settle}, {@link #fold} and
 * {@link #normalize}, whose blocks they may share again. Threads may compute different steps.
 */
public final class BatchNormStep implements WindowStep {

    private static final Elementwise NORMALIZE = Elementwise.of(MethodHandles.lookup(), """
            state y
            input x, factor, term
            y = fma(x, factor, term)
            spike 0 > 1
            """);

    final NormRows rows;
    final double epsilon;
    final BatchStatistics statistics;
    final BlockSums sums;
    final NormFactors factors;
    private int firstStep;

    /**
     * Creates a step.
     *
     * @param rows the shape of the values
     * @param epsilon the number to add to variances
     * @param statistics receives the statistics, one row for each step
     * @param weights {@code [1 x channels]}, or one row for each step
     * @param bias of the same shape
     */
    public BatchNormStep(
            Arena arena,
            NormRows rows,
            double epsilon,
            BatchStatistics statistics,
            FloatMatrix weights,
            FloatMatrix bias) {
        this.rows = rows;
        this.epsilon = epsilon;
        this.statistics = statistics;
        this.sums = new BlockSums(arena, rows.steps(), rows.batch(), rows.channels());
        this.factors = NormFactors.zeros(arena, rows.steps(), rows.positions(), statistics, weights, bias);
    }

    @Override
    public NormRows rows() {
        return rows;
    }

    public BatchStatistics statistics() {
        return statistics;
    }

    @Override
    public void begin(int step) {
        firstStep = step;
    }

    @Override
    public long blockBytes(long blocks) {
        return sums.bytes(blocks);
    }

    int set(int step) {
        return factors.weights().rows() == 1 ? 0 : firstStep + step;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the shape does not fit
     */
    @Override
    public void measure(FloatMatrix values, int at, int block) {
        rows.require("values", values, at, block);
        if (SimdWidth.VECTOR && BatchNormStepVector.takes(rows)) {
            BatchNormStepVector.LOOPS.measure(this, values, at, block);
        } else {
            scalarMeasure(values, at, block);
        }
    }

    @Override
    public void settle(int at, int step) {
        Objects.checkIndex(at, rows.steps());
        Objects.checkIndex(step, statistics.mean().rows());
        double count = rows.count();
        for (int channel = 0; channel < rows.channels(); channel++) {
            double sum = sums.sum(at, 0, channel);
            double mean = sum / count;
            double spread = Math.max(sums.sum(at, 1, channel) - sum * mean, 0);
            Elements.set(statistics.mean(), step, channel, (float) mean);
            Elements.set(statistics.inverse(), step, channel, (float) (1 / Math.sqrt(spread / count + epsilon)));
            Elements.set(statistics.variance(), step, channel, (float) (spread / Math.max(count - 1, 1)));
        }
    }

    @Override
    public void fold(int at, int step) {
        Objects.checkIndex(at, rows.steps());
        Objects.checkIndex(step, statistics.mean().rows());
        factors.fold(at, step, set(step));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a shape does not fit, or the two share memory
     */
    @Override
    public void normalize(FloatMatrix values, FloatMatrix into, int at, int block) {
        rows.require("values", values, at, block);
        rows.require("into", into, at, block);
        Checks.apart("into", into, "values", values);
        Frame frame = NORMALIZE.frame();
        frame.put("x", values, rows.row(at, block));
        frame.put("y", into, rows.row(at, block));
        frame.repeat("factor", factors.factors(), at);
        frame.repeat("term", factors.terms(), at);
        frame.words = Math.ceilDiv(rows.columns(), Long.SIZE);
        NORMALIZE.run(frame, rows.row(at, block + 1) - rows.row(at, block));
    }

    void scalarMeasure(FloatMatrix values, int at, int block) {
        for (int channel = 0; channel < rows.channels(); channel++) {
            double sum = 0;
            double squares = 0;
            for (int row = rows.row(at, block); row < rows.row(at, block + 1); row++) {
                for (int i = channel; i < rows.columns(); i += rows.channels()) {
                    double x = Elements.get(values, row, i);
                    sum += x;
                    squares += x * x;
                }
            }
            sums.set(at, block, 0, channel, sum);
            sums.set(at, block, 1, channel, squares);
        }
    }
}

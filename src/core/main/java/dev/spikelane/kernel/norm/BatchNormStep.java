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
 * Normalizes the channels of a batch by its own statistics, step by step. With n values of a channel in a step, samples
 * by positions:
 *
 * <pre>{@code
 * mean     = sum(x) / n
 * variance = (sum(x * x) - sum(x) * mean) / n, at least 0
 * inverse  = 1 / sqrt(variance + epsilon)
 * factor   = weight * inverse
 * y        = x * factor + (bias - mean * factor)          both fused, as torch does it
 * }</pre>
 *
 * <p>Sums are float64 and have one order, for any width of vectors and number of threads: blocks of eight samples,
 * ascending; in a block samples ascending, positions ascending; blocks are added ascending. Statistics are rounded to
 * float32, and so is each operation behind them. Of values whose mean is a million times their deviation, the variance
 * has few digits, but then the values themselves have few.
 *
 * <p>A step goes through {@link #measure}, which threads may share by blocks, {@link #settle}, {@link #fold}, and
 * {@link #normalize}, which they may share again. Threads may take different steps anyhow.
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
     * Makes a step.
     *
     * @param arena the arena that owns what it works with
     * @param rows of the values
     * @param epsilon what is added to variances
     * @param statistics where statistics stay, a row for each step
     * @param weights {@code [1 x channels]}, or a row for each step
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

    /**
     * Returns the rows.
     *
     * @return what the values are
     */
    @Override
    public NormRows rows() {
        return rows;
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
     * Says which weights the steps to come have, if each has its own.
     *
     * @param step the row of the weights that belongs to row 0 of the statistics
     */
    @Override
    public void begin(int step) {
        firstStep = step;
    }

    /**
     * Tells how much memory of the arena sums of blocks of samples take.
     *
     * @param blocks how many blocks
     * @return bytes
     */
    @Override
    public long blockBytes(long blocks) {
        return sums.bytes(blocks);
    }

    /** The row of the weights of a step. */
    int set(int step) {
        return factors.weights().rows() == 1 ? 0 : firstStep + step;
    }

    /**
     * Adds up a block of samples of a step.
     *
     * @param values x, {@code [steps * batch x positions * channels]}
     * @param at the step of these rows
     * @param block the block of eight samples
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

    /**
     * Makes the statistics of a step, all of whose blocks were added up.
     *
     * @param at the step of the rows
     * @param step the row of the statistics
     */
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

    /**
     * Prepares to normalize a step by statistics that are there.
     *
     * @param at the step of the rows
     * @param step the row of the statistics
     */
    @Override
    public void fold(int at, int step) {
        Objects.checkIndex(at, rows.steps());
        Objects.checkIndex(step, statistics.mean().rows());
        factors.fold(at, step, set(step));
    }

    /**
     * Normalizes a block of samples of a step that is prepared.
     *
     * @param values x, {@code [steps * batch x positions * channels]}
     * @param into receives y, of the same shape; apart from x
     * @param at the step of the rows of both
     * @param block the block of eight samples
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

    /** The specification of the sums of a block. */
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

package dev.spikelane.connection.operator;

import dev.spikelane.kernel.norm.BatchStatistics;
import dev.spikelane.memory.FloatMatrix;

/** Where the running values of an operator go in a training step, which gives them back when it is accepted. */
public final class RunningStatistics {

    private final BatchNormOperator operator;
    /** A row for all steps, or for each. */
    private final FloatMatrix mean;

    private final FloatMatrix variance;
    private final long[] batches;

    RunningStatistics(BatchNormOperator operator) {
        this.operator = operator;
        this.batches = new long[operator.batches().length];
        this.mean = FloatMatrix.zeros(batches.length, channels());
        this.variance = FloatMatrix.zeros(batches.length, channels());
    }

    /** Returns how many statistics of each kind a step has. */
    public int channels() {
        return operator.declared().channels();
    }

    /** Returns whether all steps of a window are one. */
    public boolean joint() {
        return operator.joint();
    }

    /** Returns the means that were reached. */
    public FloatMatrix mean() {
        return mean;
    }

    /** Returns the variances that were reached. */
    public FloatMatrix variance() {
        return variance;
    }

    /** Starts from the values that the operator has. */
    public void begin() {
        mean.copyFrom(operator.statistics().mean());
        variance.copyFrom(operator.statistics().variance());
        System.arraycopy(operator.batches(), 0, batches, 0, batches.length);
    }

    /**
     * Follows a step. A variance of a single value moves nothing.
     *
     * @param means a row for each of some steps
     * @param variances likewise
     * @param row the row of the step
     * @param step the number of the step, counted from the last reset
     * @param samples how many samples the step has
     */
    public void follow(FloatMatrix means, FloatMatrix variances, int row, int step, int samples) {
        if ((long) samples * operator.positions() > 1) {
            int set = batches.length == 1 ? 0 : step;
            double momentum = operator.declared().momentum();
            BatchStatistics.follow(mean, set, means, row, momentum);
            BatchStatistics.follow(variance, set, variances, row, momentum);
            batches[set]++;
        }
    }

    /** Gives the operator the values that were reached, while it may change. */
    public void commit() {
        operator.statistics().mean().copyFrom(mean);
        operator.statistics().variance().copyFrom(variance);
        System.arraycopy(batches, 0, operator.batches(), 0, batches.length);
        operator.update();
    }
}

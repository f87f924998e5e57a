package dev.spikelane.connection.operator;

import dev.spikelane.kernel.update.BatchStatistics;
import dev.spikelane.memory.FloatMatrix;

/** Where the running values of an operator go in a training step, which gives them back when it is accepted. */
public final class RunningStatistics {

    private final BatchNormOperator operator;
    private final FloatMatrix mean;
    private final FloatMatrix variance;
    private long batches;

    RunningStatistics(BatchNormOperator operator) {
        this.operator = operator;
        this.mean = FloatMatrix.zeros(1, channels());
        this.variance = FloatMatrix.zeros(1, channels());
    }

    /** Returns how many statistics of each kind a step has. */
    public int channels() {
        return operator.said().channels();
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
        batches = operator.batches()[0];
    }

    /**
     * Follows a step. A variance of a single value moves nothing.
     *
     * @param means a row for each of some steps
     * @param variances likewise
     * @param row the row of the step
     * @param samples how many samples the step has
     */
    public void follow(FloatMatrix means, FloatMatrix variances, int row, int samples) {
        if ((long) samples * operator.positions() > 1) {
            double momentum = operator.said().momentum();
            BatchStatistics.follow(mean, means, row, momentum);
            BatchStatistics.follow(variance, variances, row, momentum);
            batches++;
        }
    }

    /** Gives the operator the values that were reached, while it may change. */
    public void commit() {
        operator.statistics().mean().copyFrom(mean);
        operator.statistics().variance().copyFrom(variance);
        operator.batches()[0] = batches;
        operator.update();
    }
}

package dev.spikelane.connection.operator;

import dev.spikelane.kernel.norm.BatchStatistics;
import dev.spikelane.memory.FloatMatrix;

/** Running values of an operator during a training step, copied back when the step is accepted. */
public final class RunningStatistics {

    private final BatchNormOperator operator;
    private final FloatMatrix mean;

    private final FloatMatrix variance;
    private final long[] batches;

    RunningStatistics(BatchNormOperator operator) {
        this.operator = operator;
        this.batches = new long[operator.batches().length];
        this.mean = FloatMatrix.zeros(batches.length, channels());
        this.variance = FloatMatrix.zeros(batches.length, channels());
    }

    public int channels() {
        return operator.declared().channels();
    }

    public boolean joint() {
        return operator.joint();
    }

    public FloatMatrix mean() {
        return mean;
    }

    public FloatMatrix variance() {
        return variance;
    }

    public void begin() {
        mean.copyFrom(operator.statistics().mean());
        variance.copyFrom(operator.statistics().variance());
        System.arraycopy(operator.batches(), 0, batches, 0, batches.length);
    }

    /**
     * Adds the statistics of a step, unless the variance is of a single value.
     *
     * @param row the row of the step in {@code means} and {@code variances}
     * @param step the number of the step since the last reset
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

    /** Copies the running values into the operator while no simulation runs. */
    public void commit() {
        operator.statistics().mean().copyFrom(mean);
        operator.statistics().variance().copyFrom(variance);
        System.arraycopy(batches, 0, operator.batches(), 0, batches.length);
        operator.update();
    }
}

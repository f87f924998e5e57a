package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import org.jspecify.annotations.Nullable;

/** The inputs of a loss, checked against {@code steps}, {@code batch} and {@code outputs}. */
public final class LossRows {

    public final int steps;
    public final int batch;
    public final int outputs;
    public @Nullable SpikeMatrix spikes;
    public @Nullable FloatMatrix membranes;
    public @Nullable FloatMatrix targets;
    public int[] labels = {};
    /** The index in the batch of the first label, for messages. */
    public int firstLabel;

    /** The index of each sample in its data set; empty if unknown. */
    public int[] samples = {};

    public double divisor = 1;

    public LossRows(int steps, int batch, int outputs) {
        if (steps < 1 || batch < 1 || outputs < 1) {
            throw new IllegalArgumentException("input has " + steps + " steps, " + batch + " samples and " + outputs
                    + " outputs, expected at least 1 of each");
        }
        this.steps = steps;
        this.batch = batch;
        this.outputs = outputs;
    }

    /** Returns the spikes; throws if they are missing. */
    public SpikeMatrix spikes() {
        return require(spikes, "spikes");
    }

    /** Returns the membranes; throws if they are missing. */
    public FloatMatrix membranes() {
        return require(membranes, "membranes");
    }

    /** Returns the targets; throws if they are missing. */
    public FloatMatrix targets() {
        return require(targets, "targets");
    }

    private static <T> T require(@Nullable T matrix, String name) {
        if (matrix == null) {
            throw new IllegalStateException("the loss reads " + name + ", but its input has none");
        }
        return matrix;
    }
}

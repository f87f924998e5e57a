package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import org.jspecify.annotations.Nullable;

/** The rows of a loss, as they stand in an input of {@code steps}, {@code batch} and {@code outputs}. */
public final class LossRows {

    public final int steps;
    public final int batch;
    public final int outputs;
    public @Nullable SpikeMatrix spikes;
    public @Nullable FloatMatrix membranes;
    public @Nullable FloatMatrix targets;
    public int[] labels = {};
    /** The number of the first label in the batch, by which messages call it. */
    public int firstLabel;

    /** The number of each sample in its data set; none where samples are those of the batch. */
    public int[] samples = {};

    public double divisor = 1;

    /** Makes an input without anything to read. */
    public LossRows(int steps, int batch, int outputs) {
        if (steps < 1 || batch < 1 || outputs < 1) {
            throw new IllegalArgumentException("input has " + steps + " steps, " + batch + " samples and " + outputs
                    + " outputs, expected at least 1 of each");
        }
        this.steps = steps;
        this.batch = batch;
        this.outputs = outputs;
    }

    /** The spikes, which must be there. */
    public SpikeMatrix spikes() {
        return require(spikes, "spikes");
    }

    /** The membranes, which must be there. */
    public FloatMatrix membranes() {
        return require(membranes, "membranes");
    }

    /** The targets, which must be there. */
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

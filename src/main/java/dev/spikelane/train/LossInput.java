package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import org.jspecify.annotations.Nullable;

/**
 * What a loss reads: spikes or membranes of a population over a batch, time-major ({@code row = step * batch + sample}), and what they
 * should have been.
 *
 * <p>The matrices are given once; labels, targets and the divisor change from batch to batch, without allocation.
 */
public final class LossInput {

    private static final int[] NO_LABELS = {};

    private final int steps;
    private final int batch;
    private final int outputs;
    private final @Nullable SpikeMatrix spikes;
    private final @Nullable FloatMatrix membranes;
    private int[] labels = NO_LABELS;
    private @Nullable FloatMatrix targets;
    private double divisor = 1;

    /**
     * Makes an input.
     *
     * @param steps time steps, at least 1
     * @param batch samples, at least 1
     * @param outputs neurons, at least 1
     * @param spikes {@code [steps * batch x outputs]}, or null
     * @param membranes {@code [steps * batch x outputs]}, or null
     * @throws IllegalArgumentException if a size is below 1 or a matrix has another shape
     */
    public LossInput(
            int steps,
            int batch,
            int outputs,
            @Nullable SpikeMatrix spikes,
            @Nullable FloatMatrix membranes) {
        if (steps < 1 || batch < 1 || outputs < 1) {
            throw new IllegalArgumentException("input has " + steps + " steps, " + batch + " samples and " + outputs
                    + " outputs, expected at least 1 of each");
        }
        int rows = Math.multiplyExact(steps, batch);
        if (spikes != null) {
            spikes.requireShape("spikes", rows, outputs);
        }
        if (membranes != null) {
            membranes.requireShape("membranes", rows, outputs);
        }
        this.steps = steps;
        this.batch = batch;
        this.outputs = outputs;
        this.spikes = spikes;
        this.membranes = membranes;
    }

    /**
     * Sets the classes of the samples.
     *
     * @param classes one for each sample, or, for a loss whose labels vary in time, one for each step; not copied, so that its content may change
     */
    public void setLabels(int[] classes) {
        labels = classes;
    }

    /**
     * Sets what the outputs should be, for losses that take numbers instead of classes.
     *
     * @param values as the loss says; not copied, so that its content may change
     */
    public void setTargets(FloatMatrix values) {
        targets = values;
    }

    /**
     * Sets the divisor of the whole batch, from {@link Loss#divisor}.
     *
     * @param number by which terms and gradients are divided
     */
    public void setDivisor(double number) {
        divisor = number;
    }

    /**
     * Returns the time steps.
     *
     * @return steps
     */
    public int steps() {
        return steps;
    }

    /**
     * Returns the number of samples.
     *
     * @return samples
     */
    public int batch() {
        return batch;
    }

    /**
     * Returns the number of neurons.
     *
     * @return outputs
     */
    public int outputs() {
        return outputs;
    }

    /**
     * Returns the spikes.
     *
     * @return {@code [steps * batch x outputs]}
     * @throws IllegalStateException if there are none
     */
    public SpikeMatrix spikes() {
        if (spikes == null) {
            throw new IllegalStateException("the loss reads spikes, but its input has none");
        }
        return spikes;
    }

    /**
     * Returns the membranes.
     *
     * @return {@code [steps * batch x outputs]}
     * @throws IllegalStateException if there are none
     */
    public FloatMatrix membranes() {
        if (membranes == null) {
            throw new IllegalStateException("the loss reads membranes, but its input has none");
        }
        return membranes;
    }

    /**
     * Returns the classes.
     *
     * @return labels, none if none were set
     */
    public int[] labels() {
        return labels;
    }

    /**
     * Returns the targets.
     *
     * @return the matrix that was set
     * @throws IllegalStateException if none was set
     */
    public FloatMatrix targets() {
        if (targets == null) {
            throw new IllegalStateException("the loss reads targets, but its input has none");
        }
        return targets;
    }

    /**
     * Returns the divisor.
     *
     * @return by which terms and gradients are divided
     */
    public double divisor() {
        return divisor;
    }
}

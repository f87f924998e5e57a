package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import org.jspecify.annotations.Nullable;

/**
 * What a loss reads: spikes or membranes of a population over a batch, time-major
 * ({@code row = step * batch + sample}), and what they should have been.
 *
 * <p>Whatever the loss does not read may be left unset. Setting something allocates nothing.
 */
public final class LossInput {

    private static final int[] NO_LABELS = {};

    private final int steps;
    private final int batch;
    private final int outputs;
    private @Nullable SpikeMatrix spikes;
    private @Nullable FloatMatrix membranes;
    private int[] labels = NO_LABELS;
    private int firstLabel;
    private @Nullable FloatMatrix targets;
    private double divisor = 1;

    /**
     * Makes an input.
     *
     * @param steps time steps, at least 1
     * @param batch samples, at least 1
     * @param outputs neurons, at least 1
     * @throws IllegalArgumentException if a size is below 1
     */
    public LossInput(int steps, int batch, int outputs) {
        if (steps < 1 || batch < 1 || outputs < 1) {
            throw new IllegalArgumentException("input has " + steps + " steps, " + batch + " samples and " + outputs
                    + " outputs, expected at least 1 of each");
        }
        this.steps = steps;
        this.batch = batch;
        this.outputs = outputs;
    }

    /**
     * Sets the spikes.
     *
     * @param matrix {@code [steps * batch x outputs]}; not copied, so that its content may change
     * @return this input
     * @throws IllegalArgumentException if it has another shape
     */
    public LossInput setSpikes(SpikeMatrix matrix) {
        matrix.requireShape("spikes", Math.multiplyExact(steps, batch), outputs);
        spikes = matrix;
        return this;
    }

    /**
     * Sets the membranes, as they are before the reset.
     *
     * @param matrix {@code [steps * batch x outputs]}; not copied, so that its content may change
     * @return this input
     * @throws IllegalArgumentException if it has another shape
     */
    public LossInput setMembranes(FloatMatrix matrix) {
        matrix.requireShape("membranes", Math.multiplyExact(steps, batch), outputs);
        membranes = matrix;
        return this;
    }

    /**
     * Sets the classes of the samples.
     *
     * @param classes one for each sample, or, for a loss whose labels vary in time, one for each step; not copied, so
     *     that its content may change
     * @return this input
     */
    public LossInput setLabels(int[] classes) {
        return setLabels(classes, 0);
    }

    /** Sets classes that are a part of a batch's, from a number on, by which messages call them. */
    LossInput setLabels(int[] classes, int first) {
        labels = classes;
        firstLabel = first;
        return this;
    }

    /** The number of the first label in the batch. */
    int firstLabel() {
        return firstLabel;
    }

    /**
     * Sets what the outputs should be, for losses that take numbers instead of classes.
     *
     * @param values as the loss says; not copied, so that its content may change
     * @return this input
     */
    public LossInput setTargets(FloatMatrix values) {
        targets = values;
        return this;
    }

    /** Unsets the targets, as the batch has none. */
    void forgetTargets() {
        targets = null;
    }

    /**
     * Sets the divisor of the whole batch, from {@link Loss#divisor}.
     *
     * @param number by which terms and gradients are divided
     * @return this input
     */
    public LossInput setDivisor(double number) {
        divisor = number;
        return this;
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

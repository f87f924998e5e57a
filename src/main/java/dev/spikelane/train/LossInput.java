package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.train.loss.LossKind;
import dev.spikelane.train.loss.LossRows;
import java.util.Objects;

/**
 * What a loss reads: spikes or membranes of a population over a batch, time-major
 * ({@code row = step * batch + sample}), and what they should have been.
 *
 * <p>Whatever the loss does not read may be left unset. Setting something allocates nothing.
 */
public final class LossInput {

    private final LossRows rows;

    /**
     * Makes an input.
     *
     * @param steps time steps, at least 1
     * @param batch samples, at least 1
     * @param outputs neurons, at least 1
     * @throws IllegalArgumentException if a size is below 1
     */
    public LossInput(int steps, int batch, int outputs) {
        this.rows = new LossRows(steps, batch, outputs);
    }

    /** What a loss of the library reads, for one of somebody else. */
    LossInput(LossRows rows) {
        this.rows = rows;
    }

    /** Sets the number of each sample in its data set; not copied, so that its content may change. */
    void setSamples(int[] numbers) {
        rows.samples = numbers;
    }

    /** What the losses of the library read. */
    LossRows rows() {
        return rows;
    }

    /** The evaluator of a loss of the library. */
    static LossEvaluator evaluator(LossKind kind) {
        return (input, first, end, gradient, terms) -> kind.evaluate(input.rows, first, end, gradient.sink(), terms);
    }

    /**
     * Sets the spikes.
     *
     * @param matrix {@code [steps * batch x outputs]}; not copied, so that its content may change
     * @return this input
     * @throws IllegalArgumentException if it has another shape
     */
    public LossInput setSpikes(SpikeMatrix matrix) {
        matrix.requireShape("spikes", Math.multiplyExact(rows.steps, rows.batch), rows.outputs);
        rows.spikes = matrix;
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
        matrix.requireShape("membranes", Math.multiplyExact(rows.steps, rows.batch), rows.outputs);
        rows.membranes = matrix;
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
        return setLabels(Objects.requireNonNull(classes, "classes"), 0);
    }

    /** Sets classes that are a part of a batch's, from a number on, by which messages call them. */
    LossInput setLabels(int[] classes, int first) {
        rows.labels = classes;
        rows.firstLabel = first;
        return this;
    }

    /**
     * Sets what the outputs should be, for losses that take numbers instead of classes.
     *
     * @param values as the loss says; not copied, so that its content may change
     * @return this input
     */
    public LossInput setTargets(FloatMatrix values) {
        rows.targets = Objects.requireNonNull(values, "values");
        return this;
    }

    /** Unsets the targets, as the batch has none. */
    void forgetTargets() {
        rows.targets = null;
    }

    /**
     * Sets the divisor of the whole batch, from {@link Loss#divisor}.
     *
     * @param number by which terms and gradients are divided
     * @return this input
     */
    public LossInput setDivisor(double number) {
        rows.divisor = number;
        return this;
    }

    /**
     * Returns the time steps.
     *
     * @return steps
     */
    public int steps() {
        return rows.steps;
    }

    /**
     * Returns the number of samples.
     *
     * @return samples
     */
    public int batch() {
        return rows.batch;
    }

    /**
     * Returns the number of neurons.
     *
     * @return outputs
     */
    public int outputs() {
        return rows.outputs;
    }

    /**
     * Returns the spikes.
     *
     * @return {@code [steps * batch x outputs]}
     * @throws IllegalStateException if there are none
     */
    public SpikeMatrix spikes() {
        return rows.spikes();
    }

    /**
     * Returns the membranes.
     *
     * @return {@code [steps * batch x outputs]}
     * @throws IllegalStateException if there are none
     */
    public FloatMatrix membranes() {
        return rows.membranes();
    }

    /**
     * Returns the classes.
     *
     * @return labels, none if none were set
     */
    public int[] labels() {
        return rows.labels;
    }

    /**
     * Returns the targets.
     *
     * @return the matrix that was set
     * @throws IllegalStateException if none was set
     */
    public FloatMatrix targets() {
        return rows.targets();
    }

    /**
     * Returns the divisor.
     *
     * @return by which terms and gradients are divided
     */
    public double divisor() {
        return rows.divisor;
    }

    /**
     * Returns which sample of its data set a sample of the batch is: by this number a loss or a
     * {@linkplain Decoding#ofSpikes decoding} finds how long it is, say.
     *
     * @param ofBatch its number in the batch, from 0
     * @return its number in the data set; that in the batch where there is no data set
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public int sample(int ofBatch) {
        Objects.checkIndex(ofBatch, rows.batch);
        return rows.samples.length == 0 ? ofBatch : rows.samples[ofBatch];
    }
}

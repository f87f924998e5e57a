package dev.spikelane.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a network made of a data set. */
public final class Evaluation {

    private final Outcome outcome;

    Evaluation(Outcome outcome) {
        this.outcome = outcome;
    }

    /** All of it; there is nothing in a list or map that does not apply. */
    record Outcome(
            double loss,
            Decoding decoding,
            List<Integer> labels,
            List<Integer> classes,
            int samples,
            Map<String, Double> spikes,
            InferenceWork work) {

        Outcome {
            labels = List.copyOf(labels);
            classes = List.copyOf(classes);
            spikes = Collections.unmodifiableMap(new LinkedHashMap<>(spikes));
        }
    }

    /**
     * Returns the mean loss of a sample.
     *
     * @return the loss; NaN if none was asked for
     */
    public double loss() {
        return outcome.loss;
    }

    /**
     * Returns how outputs became classes.
     *
     * @return the decoding
     */
    public Decoding decoding() {
        return outcome.decoding;
    }

    /**
     * Returns the labels.
     *
     * @return for each sample its class; empty if samples have none
     */
    public List<Integer> labels() {
        return outcome.labels;
    }

    /**
     * Returns the classes that were found.
     *
     * @return for each sample its class; empty if outputs are not classes
     */
    public List<Integer> classes() {
        return outcome.classes;
    }

    /**
     * Returns how many samples there are.
     *
     * @return samples
     */
    public int samples() {
        return outcome.samples;
    }

    /**
     * Returns how often populations fired.
     *
     * @return for each population the spikes of a sample over all steps, on average
     */
    public Map<String, Double> spikes() {
        return outcome.spikes;
    }

    /**
     * Returns how many weights are added for a sample because something arrived.
     *
     * @return for each spike, or value other than 0, one for each neuron that it reaches, on average; a frame that is
     *     the same at all steps counts once
     */
    public double synapticOperations() {
        return outcome.work.synapticOperations();
    }

    /**
     * Returns what a dense network of the same shape costs that sees a sample once, without time.
     *
     * @return multiplications and additions
     */
    public long denseOperations() {
        return outcome.work.denseOperations();
    }

    /**
     * Returns what this network costs where zeros are multiplied too.
     *
     * @return multiplications and additions of all steps
     */
    public long denseOperationsOfSteps() {
        return outcome.work.denseOperationsOfSteps();
    }

    /**
     * Returns the samples whose class is their label.
     *
     * @return how many are right
     */
    public int right() {
        int right = 0;
        for (int i = 0; i < Math.min(outcome.labels.size(), outcome.classes.size()); i++) {
            right += outcome.labels.get(i).equals(outcome.classes.get(i)) ? 1 : 0;
        }
        return right;
    }

    /**
     * Returns the share of samples whose class is their label.
     *
     * @return from 0 to 1; NaN if there are no labels or no classes
     */
    public double accuracy() {
        return outcome.labels.isEmpty() || outcome.classes.isEmpty() ? Double.NaN : (double) right() / outcome.samples;
    }

    /**
     * Counts samples by label and by the class that was found.
     *
     * @param count how many classes there are
     * @return {@code [label][class]}
     * @throws IndexOutOfBoundsException if a label or class is not below the count
     */
    public int[][] confusion(int count) {
        int[][] matrix = new int[count][count];
        for (int i = 0; i < Math.min(outcome.labels.size(), outcome.classes.size()); i++) {
            matrix[outcome.labels.get(i)][outcome.classes.get(i)]++;
        }
        return matrix;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Evaluation that && outcome.equals(that.outcome);
    }

    @Override
    public int hashCode() {
        return outcome.hashCode();
    }

    @Override
    public String toString() {
        return "Evaluation of " + outcome.samples + " samples: accuracy " + accuracy() + ", loss " + outcome.loss
                + ", decoded by " + outcome.decoding;
    }
}

package dev.spikelane.train;

import dev.spikelane.memory.ElementType;
import dev.spikelane.network.Network;
import dev.spikelane.train.run.EvaluatedSamples;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** What a network made of a data set. */
public final class Evaluation {

    private final EvaluatedSamples outcome;
    private final Decoding decoding;

    Evaluation(EvaluatedSamples outcome, Decoding decoding) {
        this.outcome = outcome;
        this.decoding = decoding;
    }

    /**
     * Returns the mean loss of a sample.
     *
     * @return the loss; NaN if none was asked for
     */
    public double loss() {
        return outcome.loss();
    }

    /**
     * Returns how outputs became classes.
     *
     * @return the decoding
     */
    public Decoding decoding() {
        return decoding;
    }

    /**
     * Returns the labels.
     *
     * @return for each sample its class; empty if samples have none
     */
    public List<Integer> labels() {
        return outcome.labels();
    }

    /**
     * Returns the classes that were found.
     *
     * @return for each sample its class; empty if outputs are not classes
     */
    public List<Integer> classes() {
        return outcome.classes();
    }

    /**
     * Returns how many samples there are.
     *
     * @return samples
     */
    public int samples() {
        return outcome.samples();
    }

    /**
     * Returns how often populations fired.
     *
     * @return for each population the spikes of a sample over all steps, on average
     */
    public Map<String, Double> spikes() {
        return outcome.spikes();
    }

    /**
     * Returns how many weights are added for a sample because something arrived.
     *
     * @return for each spike, or value other than 0, one for each neuron that it reaches, on average; a frame that is
     *     the same at all steps counts once
     */
    public double synapticOperations() {
        return outcome.work().synapticOperations();
    }

    /**
     * Returns what a dense network of the same shape costs that sees a sample once, without time.
     *
     * @return multiplications and additions
     */
    public long denseOperations() {
        return outcome.work().denseOperations();
    }

    /**
     * Returns what this network costs where zeros are multiplied too.
     *
     * @return multiplications and additions of all steps
     */
    public long denseOperationsOfSteps() {
        return outcome.work().denseOperationsOfSteps();
    }

    /**
     * Returns the samples whose class is their label.
     *
     * @return how many are right
     */
    public int right() {
        int right = 0;
        for (int i = 0; i < Math.min(outcome.labels().size(), outcome.classes().size()); i++) {
            right += outcome.labels().get(i).equals(outcome.classes().get(i)) ? 1 : 0;
        }
        return right;
    }

    /**
     * Returns the share of samples whose class is their label.
     *
     * @return from 0 to 1; NaN if there are no labels or no classes
     */
    public double accuracy() {
        return outcome.labels().isEmpty() || outcome.classes().isEmpty()
                ? Double.NaN
                : (double) right() / outcome.samples();
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
        for (int i = 0; i < Math.min(outcome.labels().size(), outcome.classes().size()); i++) {
            matrix[outcome.labels().get(i)][outcome.classes().get(i)]++;
        }
        return matrix;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Evaluation that && outcome.equals(that.outcome) && decoding == that.decoding;
    }

    @Override
    public int hashCode() {
        return Objects.hash(outcome, decoding);
    }

    @Override
    public String toString() {
        return "Evaluation of " + outcome.samples() + " samples: accuracy " + accuracy() + ", loss " + outcome.loss()
                + ", decoded by " + decoding;
    }

    /**
     * A network with integer weights, and what they change on given data.
     *
     * @param network the network with integer weights ({@link Network#quantized})
     * @param type the type of the weights
     * @param before what the network with float weights made of the data
     * @param after what the network with integer weights made of the same data
     */
    public record Quantized(Network network, ElementType type, Evaluation before, Evaluation after) {

        /** Makes a result. */
        public Quantized {
            Objects.requireNonNull(network, "network");
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(before, "before");
            Objects.requireNonNull(after, "after");
        }

        /**
         * Returns by how much the accuracy changed.
         *
         * @return accuracy after minus accuracy before; NaN if there are no labels or no classes
         */
        public double accuracyChange() {
            return after.accuracy() - before.accuracy();
        }

        /**
         * Returns the share of samples for which both networks found the same class.
         *
         * @return from 0 to 1; NaN if outputs are not classes
         */
        public double agreement() {
            List<Integer> first = before.classes();
            List<Integer> second = after.classes();
            int same = 0;
            for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
                same += first.get(i).equals(second.get(i)) ? 1 : 0;
            }
            return first.isEmpty() ? Double.NaN : (double) same / first.size();
        }

        /**
         * Returns by what share the spikes of each population changed.
         *
         * @return by population, spikes of a sample after over those before, minus 1; 0 where there are none in both
         */
        public Map<String, Double> spikesChange() {
            Map<String, Double> changes = new LinkedHashMap<>();
            before.spikes().forEach((population, spikes) -> {
                double later = after.spikes().getOrDefault(population, 0.0);
                changes.put(population, later == spikes ? 0 : later / spikes - 1);
            });
            return changes;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s weights: accuracy %.4f, before %.4f; the same class for %.4f of the samples; spikes %s",
                    type,
                    after.accuracy(),
                    before.accuracy(),
                    agreement(),
                    spikesChange().entrySet().stream()
                            .map(each ->
                                    String.format(Locale.ROOT, "%s %+.2f %%", each.getKey(), 100 * each.getValue()))
                            .collect(Collectors.joining(", ")));
        }
    }
}

package dev.spikelane.train;

import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.engine.thread.RunLock;
import dev.spikelane.memory.ElementType;
import dev.spikelane.network.Network;
import dev.spikelane.simd.Checks;
import dev.spikelane.train.run.CodedSteps;
import dev.spikelane.train.run.EnergyCounters;
import dev.spikelane.train.run.InputColumns;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs a network over data sets and measures its accuracy and its cost. Results do not depend on the batch or the
 * number of threads. Used by one thread at a time; another one gets an {@link IllegalStateException}.
 */
public final class Evaluator implements AutoCloseable {

    private static final long LEAST_TIMED = 1_000_000_000;

    private final Network network;
    private final int steps;
    private final Batching batching;
    private final int threads;
    private final String population;
    private List<PopulationLoss> losses = List.of();
    private @Nullable Decoding decoding;
    private final List<EvaluationBatch> made = new ArrayList<>();
    private boolean measuring;
    private final RunLock turn = new RunLock("evaluator", this);

    /**
     * Creates an evaluator of the last population.
     *
     * @param network the network; its values may change between evaluations
     * @param steps steps of a sample, at least 1
     * @param batching the batch size, the encoding and its seed; other options are ignored
     * @param threads threads that share the work, at least 1
     * @throws IllegalArgumentException if a number is out of range, or the encoding has another number of steps
     */
    public Evaluator(Network network, int steps, Batching batching, int threads) {
        this(
                network,
                steps,
                batching,
                threads,
                Objects.requireNonNull(network, "network")
                        .populations()
                        .getLast()
                        .name());
    }

    /**
     * Creates an evaluator of a population.
     *
     * @param network as in {@link #Evaluator(Network, int, Batching, int)}
     * @param steps steps of a sample, at least 1
     * @param batching the batch size, the encoding and its seed; other options are ignored
     * @param threads threads that share the work, at least 1
     * @param population whose outputs are decoded
     * @throws IllegalArgumentException if a number is out of range, the encoding has another number of steps, or there
     *     is no such population
     */
    public Evaluator(Network network, int steps, Batching batching, int threads, String population) {
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(batching, "batching");
        Checks.atLeast(1, "steps", steps);
        CodedSteps.require(batching.code(), steps, "evaluator");
        this.network = network;
        this.steps = steps;
        this.batching = batching.withoutShuffle().withDropLast(false).withAugmentations();
        this.threads = threads;
        this.population = network.population(population).name();
    }

    /**
     * Computes a loss, and decodes outputs as it trains them unless {@link #decoding} says something else.
     *
     * @param ofOutputs the loss
     * @return this
     */
    public Evaluator loss(Loss ofOutputs) {
        Objects.requireNonNull(ofOutputs, "ofOutputs");
        int outputs = network.population(population).size();
        return losses(List.of(new PopulationLoss(population, outputs, ofOutputs, 1)));
    }

    Evaluator losses(List<PopulationLoss> all) {
        List<PopulationLoss> copy = List.copyOf(all);
        change(() -> losses = copy);
        return this;
    }

    /**
     * Sets the decoding of outputs to classes. The default is the loss's decoding, or {@link Decoding#COUNT} without a
     * loss.
     *
     * @param ofOutputs the decoding
     * @return this
     */
    public Evaluator decoding(Decoding ofOutputs) {
        Objects.requireNonNull(ofOutputs, "ofOutputs");
        change(() -> decoding = ofOutputs);
        return this;
    }

    /** {@return the decoding of outputs to classes} */
    public Decoding decoding() {
        if (decoding != null) {
            return decoding;
        }
        return losses.isEmpty()
                ? Decoding.COUNT
                : PopulationLoss.main(losses).loss().decoding();
    }

    /**
     * Runs the network over a data set.
     *
     * @param data the samples
     * @return its result
     * @throws IllegalArgumentException if samples do not fit the network, or are of more classes than there are outputs
     * @throws IllegalStateException if another thread uses this evaluator
     */
    public Result evaluate(Dataset data) {
        try (RunLock _ = turn.take()) {
            return result(data, run(data));
        }
    }

    /**
     * Runs the network over a data set and computes NeuroBench's measures. Then runs it again, for at least a second
     * and without counting, to measure time and energy.
     *
     * @param data the samples
     * @return its measures
     * @throws IllegalArgumentException as {@link #evaluate} does, or if samples have different lengths
     * @throws IllegalStateException as {@link #evaluate} does
     */
    public Measures measure(Dataset data) {
        return measure(data, LEAST_TIMED, EnergyCounters.of(EnergyCounters.LINUX));
    }

    Measures measure(Dataset data, long least, EnergyCounters energy) {
        if (data.length(0) != 0) {
            throw new IllegalArgumentException(
                    data + ": samples have different lengths, expected all steps of each, to count operations of");
        }
        try (RunLock _ = turn.take()) {
            forget();
            measuring = true;
            EvaluationTotals totals;
            try {
                totals = run(data);
            } finally {
                measuring = false;
                forget();
            }
            repeat(data, least / 2, energy); // warms up memory and compiled code
            return totals.measures(result(data, totals), steps, repeat(data, least, energy));
        }
    }

    private Measures.Cost repeat(Dataset data, long least, EnergyCounters energy) {
        long samples = 0;
        double joules = 0;
        long start = System.nanoTime();
        long[] before = energy.read();
        do {
            run(data);
            samples += data.size();
            long[] after = energy.read(); // after each run: counters begin again at 0 sooner or later
            joules += energy.joules(before, after);
            before = after;
        } while (System.nanoTime() - start < least);
        return new Measures.Cost((System.nanoTime() - start) * 1e-9 / samples, joules / samples, energy.note());
    }

    private Result result(Dataset data, EvaluationTotals totals) {
        return totals.result(!losses.isEmpty(), data.classes() > 0, steps, decoding());
    }

    private EvaluationTotals run(Dataset data) {
        int outputs = network.population(population).size();
        if (data.classes() > outputs && decoding() != Decoding.NONE) {
            throw new IllegalArgumentException("population '" + population + "' has " + outputs
                    + " outputs, expected at least " + data.classes() + ", one for each class of the data");
        }
        new InputColumns(network).requireMaps(data.shape(), "data");
        TrainingBatch.Loaded batches = new TrainingBatch.Loaded(network, steps);
        EvaluationTotals totals = new EvaluationTotals(network, data.size());
        try (BatchLoader loader = new BatchLoader(data, batching)) {
            loader.start(0);
            while (loader.next()) {
                int count = loader.batch().count();
                batch(count).run(batches.of(loader.batch()), count, totals);
            }
        }
        return totals;
    }

    /**
     * Creates a network with integer weights of this evaluator's network and runs both over a data set. The network of
     * this evaluator stays as it is.
     *
     * @param type INT8, INT16, INT4 or TERNARY
     * @param data the samples
     * @return the network with integer weights, and the results of both
     * @throws IllegalArgumentException if samples do not fit the network, or a projection cannot have such weights
     * @throws IllegalStateException if the type is FLOAT32
     */
    public Result.Quantized quantize(ElementType type, Dataset data) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(data, "data");
        Network integers = network.quantized(type);
        try (Evaluator other = new Evaluator(integers, steps, batching, threads, population).decoding(decoding())) {
            other.losses = losses;
            return new Result.Quantized(integers, type, evaluate(data), other.evaluate(data));
        }
    }

    private EvaluationBatch batch(int samples) {
        for (EvaluationBatch known : made) {
            if (known.samples() == samples) {
                return known;
            }
        }
        while (made.size() > 1) { // one for full batches, one for the last
            made.removeLast().close();
        }
        EvaluationBatch fresh =
                new EvaluationBatch(network.serve(samples, threads), steps, population, losses, decoding(), measuring);
        made.add(fresh);
        return fresh;
    }

    private void change(Runnable change) {
        try (RunLock _ = turn.take()) {
            change.run();
            forget();
        }
    }

    private void forget() {
        made.forEach(EvaluationBatch::close);
        made.clear();
    }

    /** Frees the memory and ends the threads. */
    @Override
    public void close() {
        change(() -> {});
    }

    /**
     * The result of a network on a data set.
     *
     * @param loss the mean loss of a sample; NaN if none was asked for
     * @param decoding how outputs became classes
     * @param labels for each sample its class; empty if samples have none
     * @param classes for each sample the class that was found; empty if outputs are not classes
     * @param samples how many samples there are
     * @param spikes for each population the spikes of a sample over all steps, on average
     * @param synapticOperations how many weights are added for a sample because something arrived: for each spike, or
     *     value other than 0, one for each neuron that it reaches, on average; a frame that is the same at all steps
     *     counts once
     * @param denseOperations multiplications and additions of a dense network of the same shape that sees a sample
     *     once, without time
     * @param denseOperationsOfSteps multiplications and additions of all steps, where zeros are multiplied too
     */
    public record Result(
            double loss,
            Decoding decoding,
            List<Integer> labels,
            List<Integer> classes,
            int samples,
            Map<String, Double> spikes,
            double synapticOperations,
            long denseOperations,
            long denseOperationsOfSteps) {

        /** Creates a result. */
        public Result {
            labels = List.copyOf(labels);
            classes = List.copyOf(classes);
            spikes = Collections.unmodifiableMap(new LinkedHashMap<>(spikes));
        }

        /** {@return the number of samples whose class is their label} */
        public int right() {
            int right = 0;
            for (int i = 0; i < Math.min(labels.size(), classes.size()); i++) {
                right += labels.get(i).equals(classes.get(i)) ? 1 : 0;
            }
            return right;
        }

        /** {@return the share of samples whose class is their label; NaN without labels or classes} */
        public double accuracy() {
            return labels.isEmpty() || classes.isEmpty() ? Double.NaN : (double) right() / samples;
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
            for (int i = 0; i < Math.min(labels.size(), classes.size()); i++) {
                matrix[labels.get(i)][classes.get(i)]++;
            }
            return matrix;
        }

        @Override
        public String toString() {
            return "Evaluation of " + samples + " samples: accuracy " + accuracy() + ", loss " + loss + ", decoded by "
                    + decoding;
        }

        /**
         * A network with integer weights, and the change that they make on given data.
         *
         * @param network the network with integer weights ({@link Network#quantized})
         * @param type the type of the weights
         * @param before the result of the network with float weights
         * @param after the result of the network with integer weights on the same data
         */
        public record Quantized(Network network, ElementType type, Result before, Result after) {

            /** Creates a result. */
            public Quantized {
                Objects.requireNonNull(network, "network");
                Objects.requireNonNull(type, "type");
                Objects.requireNonNull(before, "before");
                Objects.requireNonNull(after, "after");
            }

            /** {@return accuracy after minus accuracy before; NaN without labels or classes} */
            public double accuracyChange() {
                return after.accuracy() - before.accuracy();
            }

            /** {@return the share of samples for which both networks found the same class; NaN without classes} */
            public double agreement() {
                List<Integer> first = before.classes();
                List<Integer> second = after.classes();
                int same = 0;
                for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
                    same += first.get(i).equals(second.get(i)) ? 1 : 0;
                }
                return first.isEmpty() ? Double.NaN : (double) same / first.size();
            }

            /** {@return the relative change of each population's spikes, after / before - 1; 0 if both are 0} */
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

    @Override
    public String toString() {
        return "Evaluator of " + population + " over " + steps + " steps: " + network;
    }
}

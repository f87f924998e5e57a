package dev.spikelane.train;

import dev.spikelane.data.Batch;
import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.engine.thread.Turn;
import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.network.Network;
import dev.spikelane.train.run.CodedSteps;
import dev.spikelane.train.run.EvaluationTotals;
import dev.spikelane.train.run.InputColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs a network over data sets and says how right it is and what it costs. Results do not depend on the batch or the
 * number of threads. Used by one thread at a time; another one gets an {@link IllegalStateException}.
 */
public final class Evaluator implements AutoCloseable {

    private final Network network;
    private final int steps;
    private final Batching batching;
    private final int threads;
    private final String population;
    private List<PopulationLoss> losses = List.of();
    private @Nullable Decoding decoding;
    private final List<EvaluationBatch> made = new ArrayList<>();
    private final Turn turn = new Turn("evaluator");

    /**
     * Makes an evaluator of the last population.
     *
     * @param network the network; its values may change between evaluations
     * @param steps steps of a sample, at least 1
     * @param batching the size of batches, the code and its seed; order, augmentations and whether the last batch is
     *     left out do not count
     * @param threads threads that share the work, at least 1
     * @throws IllegalArgumentException if a number is out of range, or the code makes another number of steps
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
     * Makes an evaluator of a population.
     *
     * @param network the network; its values may change between evaluations
     * @param steps steps of a sample, at least 1
     * @param batching the size of batches, the code and its seed; order, augmentations and whether the last batch is
     *     left out do not count
     * @param threads threads that share the work, at least 1
     * @param population whose outputs are decoded
     * @throws IllegalArgumentException if a number is out of range, the code makes another number of steps, or there is
     *     no such population
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

    /** Computes the sum of several losses. */
    Evaluator losses(List<PopulationLoss> all) {
        List<PopulationLoss> copy = List.copyOf(all);
        change(() -> losses = copy);
        return this;
    }

    /**
     * Says how outputs become classes; the most spikes if neither this nor a loss is given.
     *
     * @param ofOutputs the decoding
     * @return this
     */
    public Evaluator decoding(Decoding ofOutputs) {
        Objects.requireNonNull(ofOutputs, "ofOutputs");
        change(() -> decoding = ofOutputs);
        return this;
    }

    /**
     * Returns how outputs become classes.
     *
     * @return the decoding
     */
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
     * @return what it made of them
     * @throws IllegalArgumentException if samples do not fit the network, or are of more classes than there are outputs
     * @throws IllegalStateException if another thread uses this evaluator
     */
    public Evaluation evaluate(Dataset data) {
        Objects.requireNonNull(data, "data");
        turn.take();
        try {
            return evaluateInTurn(data);
        } finally {
            turn.end();
        }
    }

    private Evaluation evaluateInTurn(Dataset data) {
        int outputs = network.population(population).size();
        if (data.classes() > outputs && decoding() != Decoding.NONE) {
            throw new IllegalArgumentException("population '" + population + "' has " + outputs
                    + " outputs, expected at least " + data.classes() + ", one for each class of the data");
        }
        new InputColumns(network).requireMaps(data.shape(), "data");
        EvaluationTotals totals = new EvaluationTotals(network, data.size());
        try (BatchLoader loader = new BatchLoader(data, batching)) {
            loader.start(0);
            while (loader.next()) {
                Batch batch = loader.batch();
                batch(batch.count()).run(batch, totals);
            }
        }
        boolean labeled = data.classes() > 0;
        return new Evaluation(totals.result(!losses.isEmpty(), labeled, steps), decoding());
    }

    /**
     * Makes a network with integer weights of this evaluator's network and runs both over a data set. The network of
     * this evaluator stays what it is.
     *
     * @param type INT8 or INT16
     * @param data the samples
     * @return the network with integer weights, and what both made of the data
     * @throws IllegalArgumentException if samples do not fit the network, or a projection cannot have such weights
     * @throws IllegalStateException if the type is FLOAT32
     */
    public Evaluation.Quantized quantize(ElementType type, Dataset data) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(data, "data");
        Network integers = network.quantized(type);
        try (Evaluator other = new Evaluator(integers, steps, batching, threads, population).decoding(decoding())) {
            other.losses = losses;
            return new Evaluation.Quantized(integers, type, evaluate(data), other.evaluate(data));
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
                new EvaluationBatch(network.simulate(samples, threads), steps, population, losses, decoding());
        made.add(fresh);
        return fresh;
    }

    /** Makes a change with which all must be made anew. */
    private void change(Runnable change) {
        turn.take();
        try {
            change.run();
            made.forEach(EvaluationBatch::close);
            made.clear();
        } finally {
            turn.end();
        }
    }

    /** Frees the memory and ends the threads. */
    @Override
    public void close() {
        change(() -> {});
    }
}

package dev.spikelane.train;

import dev.spikelane.layout.Settling;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Network;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Trains a network: forward, loss, gradients by {@link Gradients}, optimizer. The network's own weights change, at the end of each step, while no
 * simulation of it runs.
 *
 * <p>Bits depend on the network, the batches and the recipe (loss, optimizer, surrogates, shards, windows), not on threads, the width of vectors
 * or what is computed again. Used by one thread at a time.
 */
public final class Trainer implements AutoCloseable {

    private static final Duration MOST_WARM_UP = Duration.ofSeconds(4);

    private final Network network;
    private final TrainingRecipe recipe;
    private final TrainingStep.Factory factory;
    private final TrainingStep step;
    private double rate;

    Trainer(Network network, TrainingRecipe recipe, TrainingStep.Factory factory) {
        this.network = network;
        this.recipe = recipe;
        this.factory = factory;
        this.step = new TrainingStep(recipe, factory);
        this.rate = recipe.optimizer().rate();
    }

    /**
     * Starts saying how a network is trained.
     *
     * @param network the network, whose values change
     * @param steps steps of a sample, at least 1
     * @param batch the most samples of a batch, at least 1
     * @return a builder
     * @throws IllegalArgumentException if a number is below 1
     */
    public static TrainerBuilder of(Network network, int steps, int batch) {
        Objects.requireNonNull(network, "network");
        return new TrainerBuilder(network, steps, batch);
    }

    /**
     * Returns the network.
     *
     * @return the network that is trained
     */
    public Network network() {
        return network;
    }

    /**
     * Sets the learning rate of the steps to come; the optimizer's own if it is not set.
     *
     * @param ofSteps the rate
     */
    public void setRate(double ofSteps) {
        rate = ofSteps;
    }

    /**
     * Sets the epoch, for surrogates and dropouts that draw random numbers.
     *
     * @param number from 0
     */
    public void setEpoch(int number) {
        step.setEpoch(number);
    }

    /**
     * Trains on a batch.
     *
     * @param batch at most as many samples as the trainer was made for
     * @return the loss before the values changed; with truncated backpropagation the sum over the windows
     * @throws IllegalArgumentException if a shape does not fit, a label is no class, or an input is not finite
     * @throws IllegalStateException if the loss is not finite; the message names the population and step where that began, and values have not
     *     changed since the window before; or if a parameter of neurons is no longer finite, or has left the range that its model takes: the
     *     message names it with its population
     */
    public double step(TrainingBatch batch) {
        Objects.requireNonNull(batch, "batch");
        return run(step, batch, samples(batch), rate);
    }

    private double run(TrainingStep of, TrainingBatch batch, int samples, double ofStep) {
        try {
            return of.run(batch, samples, ofStep);
        } catch (NonFiniteLoss stop) {
            throw stop.at(new Divergence(network, recipe.steps()).find(batch, samples));
        }
    }

    /**
     * Trains on a batch at a rate of 0 until the JIT compiler is done with it, for at most 4 seconds and a step: values and the optimizer are as
     * before, and nobody is told. The first steps of a JVM take 20 times as long as those to come; whoever measures, or has a
     * deadline, calls this first. It takes the memory of another trainer meanwhile.
     *
     * @param batch such as will come
     * @return how long it took; empty if times had not settled when these 4 seconds were over
     * @throws IllegalArgumentException as {@link #step} does
     * @throws IllegalStateException as {@link #step} does
     */
    public Optional<Duration> warmUp(TrainingBatch batch) {
        Objects.requireNonNull(batch, "batch");
        int samples = samples(batch);
        long start = System.nanoTime();
        boolean settled;
        try (TrainingStep rehearsal = new TrainingStep(recipe.untold(), factory)) {
            List<FloatMatrix> values = rehearsal.values();
            try {
                settled = Settling.run(MOST_WARM_UP, () -> run(rehearsal, batch, samples, 0));
            } finally {
                rehearsal.setValues(values);
            }
        }
        step.reload(network);
        return settled ? Optional.of(Duration.ofNanos(System.nanoTime() - start)) : Optional.empty();
    }

    /**
     * Returns how many samples of the last batch were decoded right, as the loss trains them, before values changed.
     *
     * @return samples; with truncated backpropagation those of the last window; 0 if outputs are not classes
     */
    public int right() {
        return step.right();
    }

    /**
     * Returns the memory of gradients that are kept between the way back and the optimizer: of all values if someone sees, clips or sums
     * gradients, if currents are computed again, or if vectors are off; else of biases and of other values that are no weights of dense
     * connections, whose gradients the optimizer takes as they come to be. Those of spikes and variables that are
     * {@linkplain TrainerBuilder#observeSpikes observed} are counted too.
     *
     * @return bytes
     */
    public long storedBytes() {
        long ofValues = step.parameters().stream()
                .filter(TrainingParameter::isStored)
                .mapToLong(parameter -> parameter.gradient().segment().byteSize())
                .sum();
        return ofValues + ObservedGradients.bytes(recipe.observed(), (long) recipe.window() * recipe.batch());
    }

    private int samples(TrainingBatch batch) {
        Signal input =
                batch.input(network.inputs().getFirst().name(), network.inputs().size() == 1);
        int steps = batch.constant() ? 1 : recipe.steps();
        int samples = input.rows() / steps;
        if (samples * steps != input.rows() || samples < 1 || samples > recipe.batch()) {
            throw new IllegalArgumentException("input has " + input.rows() + " rows, expected a multiple of " + steps
                    + " steps and at most " + recipe.batch() + " samples");
        }
        return samples;
    }

    TrainingRecipe recipe() {
        return recipe;
    }

    /** Returns what is made small, by what, and the learned values. */
    @Override
    public String toString() {
        return "Trainer of " + PopulationLoss.text(recipe.losses()) + " by " + recipe.optimizer() + ", of "
                + step.parameters().stream().map(TrainingParameter::name).toList();
    }

    long observerNanoseconds() {
        return step.observerNanoseconds();
    }

    /** Takes over values of the network that were changed from outside. */
    void reload() {
        step.reload(network);
    }

    /** What is learned, in a fixed order, with the state of the optimizer. */
    List<TrainingParameter> parameters() {
        return step.parameters();
    }

    /** Frees the memory and ends the threads; the network stays. */
    @Override
    public void close() {
        step.close();
    }
}

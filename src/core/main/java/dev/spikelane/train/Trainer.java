package dev.spikelane.train;

import dev.spikelane.engine.JitWarmUp;
import dev.spikelane.engine.thread.RunLock;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.train.gradient.GradientValues;
import dev.spikelane.train.gradient.ObservedGradients;
import dev.spikelane.train.gradient.RunningValues;
import dev.spikelane.train.run.Divergence;
import dev.spikelane.train.run.NonFiniteLoss;
import dev.spikelane.train.update.TrainingParameter;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Trains a network: forward, loss, gradients by {@link Gradients}, optimizer. The network's own weights change, at the
 * end of each step, while no simulation of it runs.
 *
 * <p>Bits depend on the network, the batches and the recipe (loss, optimizer, surrogates, shards, windows), not on
 * threads, the width of vectors or the segments that are computed again. Used by one thread at a time: methods that
 * train throw {@link IllegalStateException} while another thread or a {@link TrainingRun} uses it, and where an
 * observer of a step calls them.
 */
public final class Trainer implements AutoCloseable {

    private static final Duration MOST_WARM_UP = Duration.ofSeconds(4);

    private final Network network;
    private final Network running;
    private final TrainingRecipe recipe;
    private final TrainingParts.Factory factory;
    private final TrainingStep step;
    private final ShardedBatch cut;
    private final int[] samplesOfParts;
    /** Names of inputs in messages, created once: a step allocates nothing. */
    private final String[] inputNames;

    private final RunLock turn = new RunLock("trainer", this);
    private double rate;

    Trainer(Network network, Network running, TrainingRecipe recipe, TrainingParts.Factory factory) {
        this.network = network;
        this.running = running;
        this.recipe = recipe;
        this.factory = factory;
        this.step = new TrainingStep(recipe, factory, this::divergence);
        this.cut = new ShardedBatch(recipe.steps(), recipe.losses(), recipe.online());
        this.samplesOfParts = new int[recipe.shards()];
        this.inputNames = network.inputs().stream()
                .map(input -> "input '" + input.name() + "'")
                .toArray(String[]::new);
        this.rate = recipe.optimizer().rate();
    }

    /**
     * Creates a builder of a trainer.
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

    /** {@return the trained network} */
    public Network network() {
        return network;
    }

    /**
     * Creates the network with integer weights that the forward pass uses now, where
     * {@linkplain TrainerBuilder#weights weights} are rounded to integers. Its spikes and outputs have the bits of the
     * forward pass.
     *
     * @return a copy with these integers and the present other values; the garbage collector frees its memory
     * @throws IllegalStateException if no weights are rounded
     */
    public Network quantized() {
        try (RunLock _ = turn.take()) {
            step.follow();
            Map<String, IntegerMatrix> integers = running.laidOut().roundedIntegers();
            if (integers.isEmpty()) {
                throw new IllegalStateException(
                        "weights are trained as floats, expected rounded ones: call TrainerBuilder.weights");
            }
            return network.quantized(integers);
        }
    }

    boolean learnsScales() {
        return running.laidOut().roundings().anyMatch(each -> each.logs() != null);
    }

    /** Returns the learned values outside of the network: scales of integers, and feedback. */
    List<String> apart() {
        return step.apart();
    }

    void follow() {
        step.follow();
    }

    /** Returns the network of the forward pass: the trained one, or a view of it with integers. */
    Network running() {
        return running;
    }

    /** {@return the number of classes, the fewest of all losses with classes; 0 if there is none} */
    public int classes() {
        return recipe.losses().stream()
                .filter(each -> each.loss().decoding() != Decoding.NONE)
                .mapToInt(each -> each.loss().classes(each.outputs()))
                .min()
                .orElse(0);
    }

    /**
     * Sets the learning rate of the next steps; the default is the optimizer's rate.
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
     * @param batch at most as many samples as the trainer's batch
     * @return the loss before the update; with truncated backpropagation the sum over the windows
     * @throws IllegalArgumentException if an input is missing or unknown, a shape does not fit, a label is not a class,
     *     or an input is not finite
     * @throws IllegalStateException if the loss is not finite: the message names the first such population and step,
     *     and values have not changed since the previous window; or if a parameter of neurons is no longer finite or in
     *     its model's range: the message names it
     */
    public double step(TrainingBatch batch) {
        try (RunLock _ = turn.take()) {
            return step.run(whole(batch), rate);
        }
    }

    /**
     * Trains on a batch that is given in parts, with one update: gradient accumulation. Each part is a shard. If the
     * parts are as large as {@linkplain TrainerBuilder#shards the trainer's shards}, the result has the bits of a step
     * on the whole batch. Losses are divided by the divisors of the whole batch.
     *
     * @param shards batches of the same kind, at most as many as the trainer has shards, each of at most as many
     *     samples as a shard of its whole batch
     * @return the loss of all parts before the update
     * @throws IllegalArgumentException if there are more parts or samples, or as {@link #step(TrainingBatch)} does
     * @throws IllegalStateException as {@link #step(TrainingBatch)} does
     */
    public double step(List<TrainingBatch> shards) {
        try (RunLock _ = turn.take()) {
            return step.run(parts(shards), rate);
        }
    }

    /**
     * Computes the gradients that one shard of a batch adds to a step, without an update, so that several processes or
     * machines can share a batch: each creates the same trainer with the same values, computes some of the shards, and
     * {@linkplain #update updates} by all of them. The results are the bits of a step on the whole batch.
     *
     * @param batch the whole batch
     * @param shard the number of the shard, from 0
     * @return its part of the step
     * @throws IllegalArgumentException if there is no such shard, or as {@link #step(TrainingBatch)} does
     * @throws IllegalStateException if the trainer has one shard, or truncates backpropagation; or as {@link
     *     #step(TrainingBatch)} does
     */
    public ShardGradients gradients(TrainingBatch batch, int shard) {
        try (RunLock _ = turn.take()) {
            return gradients(whole(batch), shard);
        }
    }

    /**
     * Computes the gradients that one shard adds to a step on a batch that is given in parts, as {@link #step(List)}
     * takes it.
     *
     * @param shards all parts
     * @param shard the number of the shard, from 0
     * @return its part of the step
     * @throws IllegalArgumentException as {@link #gradients(TrainingBatch, int)} and {@link #step(List)} do
     * @throws IllegalStateException as {@link #gradients(TrainingBatch, int)} does
     */
    public ShardGradients gradients(List<TrainingBatch> shards, int shard) {
        try (RunLock _ = turn.take()) {
            return gradients(parts(shards), shard);
        }
    }

    /**
     * Computes the gradients of one shard from this shard's samples alone. The batch is cut into as many shards as the
     * trainer has, or into one shard for each sample if there are fewer samples. If the sizes differ, the first shards
     * have one sample more.
     *
     * @param part the samples of the shard
     * @param shard the number of the shard, from 0
     * @param labels the labels of all samples of the batch, in order
     * @return its part of the step, with the bits of {@link #gradients(TrainingBatch, int)}
     * @throws IllegalArgumentException if a loss reads targets, or as {@link #gradients(TrainingBatch, int)} does
     * @throws IllegalStateException as {@link #gradients(TrainingBatch, int)} does
     */
    public ShardGradients gradients(TrainingBatch part, int shard, int... labels) {
        if (labels.length == 0) {
            throw new IllegalArgumentException("there are no labels, expected one for each sample of the batch");
        }
        try (RunLock _ = turn.take()) {
            int shards = Math.min(recipe.shards(), labels.length);
            requireShard(shard, shards);
            int samples = samples(part, Math.ceilDiv(recipe.batch(), recipe.shards()));
            return gradients(cut.alone(part, samples, shard, shards, labels), shard);
        }
    }

    private static void requireShard(int shard, int shards) {
        if (shard < 0 || shard >= shards) {
            throw new IllegalArgumentException("shard is " + shard + ", expected 0 to " + (shards - 1));
        }
    }

    private ShardGradients gradients(ShardedBatch batch, int shard) {
        requireShards();
        requireShard(shard, batch.shards());
        try {
            return step.gradients(batch, shard);
        } catch (NonFiniteLoss stop) {
            throw stop.at(divergence(batch));
        }
    }

    /**
     * Updates the values with the gradients of a batch's shards. They are summed in ascending order of the shards,
     * clipped, shown to observers, and given to the optimizer.
     *
     * @param shards all shards of one batch, in ascending order
     * @return the loss before the values changed
     * @throws IllegalArgumentException if a shard is missing or of another batch; if there is not one term for each
     *     sample or one count of spikes for each population; or if the gradients are not finite, or are of other values
     * @throws IllegalStateException if the trainer has one shard, truncates backpropagation, or shows gradients of
     *     populations, which shards do not have; or the loss is not finite
     */
    public double update(List<ShardGradients> shards) {
        try (RunLock _ = turn.take()) {
            return updateInTurn(shards);
        }
    }

    private double updateInTurn(List<ShardGradients> shards) {
        requireShards();
        if (!recipe.observed().isEmpty()) {
            throw new IllegalStateException(
                    "gradients of populations are observed, which shards from elsewhere do not have");
        }
        requireAll(shards);
        return step.update(shards, rate);
    }

    private void requireAll(List<ShardGradients> shards) {
        if (shards.isEmpty()) {
            throw new IllegalArgumentException("there are no shards, expected all of a batch");
        }
        int samples = shards.getFirst().samples();
        int terms = 0;
        for (int i = 0; i < shards.size(); i++) {
            ShardGradients shard = shards.get(i);
            if (shard.shard() != i || shard.shards() != shards.size()) {
                throw new IllegalArgumentException("shard " + shard.shard() + " of " + shard.shards() + " is in place "
                        + i + " of " + shards.size() + ", expected all shards of a batch in ascending order");
            }
            if (shard.samples() != samples) {
                throw new IllegalArgumentException("shard " + i + " is of a batch of " + shard.samples()
                        + " samples, shard 0 of one of " + samples + ", expected shards of the same batch");
            }
            if (shard.spikes().length != step.spikes().length) {
                throw new IllegalArgumentException("shard " + i + " has " + shard.spikes().length
                        + " counts of spikes, expected " + step.spikes().length + ", one for each population");
            }
            terms += shard.terms().length;
        }
        if (terms != samples) {
            throw new IllegalArgumentException(
                    "the shards have " + terms + " terms, expected " + samples + ", one for each sample of the batch");
        }
    }

    private void requireShards() {
        if (recipe.shards() == 1 || recipe.window() < recipe.steps()) {
            throw new IllegalStateException("the trainer has " + recipe.shards() + " shards and windows of "
                    + recipe.window() + " of " + recipe.steps()
                    + " steps, expected several shards and a window of all steps");
        }
    }

    private ShardedBatch whole(TrainingBatch batch) {
        return cut.whole(batch, samples(batch, recipe.batch()), recipe.shards());
    }

    private ShardedBatch parts(List<TrainingBatch> shards) {
        if (shards.isEmpty() || shards.size() > recipe.shards()) {
            throw new IllegalArgumentException("there are " + shards.size() + " parts, expected 1 to " + recipe.shards()
                    + ", the trainer's shards");
        }
        int most = Math.ceilDiv(recipe.batch(), recipe.shards());
        for (int i = 0; i < shards.size(); i++) {
            samplesOfParts[i] = samples(shards.get(i), most);
        }
        return cut.parts(shards, samplesOfParts);
    }

    private String divergence(ShardedBatch batch) {
        for (int i = 0; i < recipe.losses().size(); i++) {
            FloatMatrix targets = batch.targets(i);
            if (targets != null) {
                try {
                    targets.requireFinite(
                            "targets of population '" + recipe.losses().get(i).population() + "'");
                } catch (IllegalArgumentException notFinite) {
                    return Objects.requireNonNull(notFinite.getMessage());
                }
            }
        }
        TrainingBatch failed = batch.batch(batch.at());
        Map<String, Signal> inputs = new LinkedHashMap<>();
        for (Input input : network.inputs()) {
            inputs.put(input.name(), failed.input(input.name(), network.inputs().size() == 1));
        }
        int samples = batch.samplesOfBatch(batch.at());
        Divergence search = new Divergence(running, recipe.steps());
        return search.find(
                () -> step.normalizes()
                        ? trained(search, inputs, failed.constant(), samples)
                        : search.simulated(inputs, failed.constant(), samples),
                samples);
    }

    /** Computes the membranes of a batch with its batch statistics, without updating running values. */
    private Map<Population, FloatMatrix> trained(
            Divergence search, Map<String, Signal> inputs, boolean constant, int samples) {
        GradientsBuilder builder = Gradients.of(running, recipe.steps(), samples);
        search.populations().forEach(population -> builder.keep(population.name(), Divergence.MEMBRANE));
        try (Gradients gradients = builder.build()) {
            if (constant) {
                gradients.forwardConstant(inputs);
            } else {
                gradients.forward(inputs);
            }
            Map<Population, FloatMatrix> membranes = new LinkedHashMap<>();
            for (Population population : search.populations()) {
                membranes.put(
                        population, GradientValues.copy(gradients.values(population.name(), Divergence.MEMBRANE)));
            }
            return membranes;
        }
    }

    /**
     * Trains on a batch at a learning rate of 0 until the JIT compiler has compiled the steps, for at most 4 seconds
     * and one step. Values and optimizer do not change, and listeners are not called. The first steps in a JVM take 20
     * times as long as later ones, so call this before measurements or deadlines. It temporarily needs the memory of a
     * second trainer.
     *
     * @param batch a batch like those of the training
     * @return the time it took; empty if step times had not settled after 4 seconds
     * @throws IllegalArgumentException as {@link #step} does
     * @throws IllegalStateException as {@link #step} does
     */
    public Optional<Duration> warmUp(TrainingBatch batch) {
        return warmUp(batch, MOST_WARM_UP);
    }

    Optional<Duration> warmUp(TrainingBatch batch, Duration most) {
        try (RunLock _ = turn.take()) {
            return warmUpInTurn(batch, most);
        }
    }

    private Optional<Duration> warmUpInTurn(TrainingBatch batch, Duration most) {
        ShardedBatch all = whole(batch);
        long start = System.nanoTime();
        boolean settled;
        try (TrainingStep rehearsal = new TrainingStep(recipe.untold(), factory, this::divergence)) {
            List<FloatMatrix> values = rehearsal.values();
            RunningValues running = rehearsal.runningValues();
            try {
                settled = JitWarmUp.run(most, () -> rehearsal.run(all, 0));
            } finally {
                rehearsal.setValues(values, running);
            }
        }
        step.reload();
        return settled ? Optional.of(Duration.ofNanos(System.nanoTime() - start)) : Optional.empty();
    }

    /**
     * Returns the number of correct samples of the last batch, by the loss's decoding and before the update.
     *
     * @return samples; with truncated backpropagation, of the last window; 0 if outputs are not classes
     */
    public int right() {
        return step.right();
    }

    /**
     * Returns the memory of stored gradients. All gradients are stored if they are observed, clipped or summed, if
     * currents are recomputed, or if vectors are off. Otherwise the gradients of dense weights are not stored, as the
     * optimizer uses them while they are computed. {@linkplain TrainerBuilder#observeSpikes Observed} gradients of
     * spikes and variables are included.
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

    private int samples(TrainingBatch batch, int most) {
        Gradients.requireNames(batch.inputs(), network);
        Signal input =
                batch.input(network.inputs().getFirst().name(), network.inputs().size() == 1);
        int steps = batch.constant() ? 1 : recipe.steps();
        int samples = input.rows() / steps;
        if (samples * steps != input.rows() || samples < 1 || samples > most) {
            throw new IllegalArgumentException("input has " + input.rows() + " rows, expected a multiple of " + steps
                    + " steps and at most " + most + " samples");
        }
        for (int i = 0; i < inputNames.length; i++) {
            Input each = network.inputs().get(i);
            batch.input(each.name(), inputNames.length == 1)
                    .requireShape(inputNames[i], samples * steps, each.shape().size());
        }
        return samples;
    }

    TrainingRecipe recipe() {
        return recipe;
    }

    /** Names the losses, the optimizer and the learned values. */
    @Override
    public String toString() {
        return "Trainer of " + PopulationLoss.text(recipe.losses()) + " by " + recipe.optimizer() + ", of "
                + step.parameters().stream().map(TrainingParameter::name).toList();
    }

    long observerNanoseconds() {
        return step.observerNanoseconds();
    }

    interface Work {
        void run() throws IOException;
    }

    /** Runs work of many steps under the lock. */
    void inTurn(Work work) throws IOException {
        try (RunLock _ = turn.take()) {
            work.run();
        }
    }

    /** Runs a step; the caller holds the lock. */
    double stepInTurn(TrainingBatch batch) {
        return step.run(whole(batch), rate);
    }

    /**
     * Runs a step, counts its spikes and, if {@code norm}, computes the norm of its gradients. The caller holds the
     * lock.
     */
    double watchedStepInTurn(TrainingBatch batch, boolean norm) {
        step.watch(true, norm);
        try {
            return stepInTurn(batch);
        } finally {
            step.watch(false, false);
        }
    }

    /**
     * Updates from shards, counts their spikes and, if {@code norm}, computes the norm of the gradients. The caller
     * holds the lock.
     */
    double watchedUpdateInTurn(List<ShardGradients> shards, boolean norm) {
        step.watch(true, norm);
        try {
            return updateInTurn(shards);
        } finally {
            step.watch(false, false);
        }
    }

    long[] spikes() {
        return step.spikes();
    }

    double norm() {
        return step.norm();
    }

    /** Takes over values of the network that were changed from outside; the caller holds the lock. */
    void reload() {
        step.reload();
    }

    /** Returns the learned values in a fixed order, with the state of the optimizer. */
    List<TrainingParameter> parameters() {
        return step.parameters();
    }

    /** Frees the memory and ends the threads; the network stays. */
    @Override
    public void close() {
        try (RunLock _ = turn.take()) {
            step.close();
        }
    }

    /**
     * A rule by which gradients change parameters, with the formulas of {@code torch.optim}. It works element by
     * element, so parameters may lie in memory in any order. Immutable; any number of trainers may use it.
     */
    public sealed interface Optimizer permits Sgd, Adam {

        /** {@return the learning rate before a schedule changes it} */
        double rate();
    }
}

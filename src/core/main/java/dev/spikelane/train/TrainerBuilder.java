package dev.spikelane.train;

import dev.spikelane.connection.Dense;
import dev.spikelane.connection.operator.DenseOperator;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.limit.CountedArenas;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.memory.limit.Owner;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.gradient.GradientRequest;
import dev.spikelane.train.gradient.GradientRequest.Feedback;
import dev.spikelane.train.gradient.GradientValues;
import dev.spikelane.train.gradient.MemoryLimit;
import dev.spikelane.train.gradient.ObservedGradients;
import dev.spikelane.train.update.Clipping;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Configures a {@link Trainer}. */
public final class TrainerBuilder extends WindowBuilder<TrainerBuilder> {

    private static final String REMEDIES = "fewer samples, more shards or computing more again need fewer";

    private static final int BLOCK = 100;

    private int window;
    private int shards = 1;
    private Trainer.Optimizer optimizer = new Adam(1e-3);
    private final List<PopulationLoss> losses = new ArrayList<>();
    private @Nullable Clipping clipping;
    private @Nullable EProp rule;
    private final List<DoubleConsumer> readers = new ArrayList<>();
    private final List<GradientObserver> observers = new ArrayList<>();

    TrainerBuilder(Network network, int steps, int batch) {
        super(network, steps, batch);
        this.window = steps;
    }

    /**
     * Adds a loss of the last population with weight 1.
     *
     * @param ofOutputs reads its spikes or membranes
     * @return this
     */
    public TrainerBuilder loss(Loss ofOutputs) {
        return loss(ofOutputs, 1);
    }

    /**
     * Adds a loss of the last population.
     *
     * @param ofOutputs reads its spikes or membranes
     * @param weight as in {@link #loss(String, Loss, double)}
     * @return this
     * @throws IllegalArgumentException if the weight is out of range
     */
    public TrainerBuilder loss(Loss ofOutputs, double weight) {
        return loss(network.populations().getLast().name(), ofOutputs, weight);
    }

    /**
     * Adds a loss of a population with weight 1.
     *
     * @param name the population's
     * @param ofOutputs reads its spikes or membranes
     * @return this
     * @throws IllegalArgumentException if there is no such population
     */
    public TrainerBuilder loss(String name, Loss ofOutputs) {
        return loss(name, ofOutputs, 1);
    }

    /**
     * Adds a loss of a population: the sum that is made small is {@code sum of weight * loss}, in the order in which
     * the losses were added, each with its own divisor. They may read different populations, or the same one, and all
     * read the labels and targets of the batch. Accuracy is decoded as the first of them that is about classes trains
     * it.
     *
     * <pre>{@code
     * Trainer.of(network, 25, 128)
     *         .loss(CrossEntropyLoss.rate())                  // of the outputs
     *         .loss("lif1", Loss.spikeRatePenalty(1e-5))      // and the spikes of a hidden population
     * }</pre>
     *
     * @param name the population's
     * @param ofOutputs reads its spikes or membranes
     * @param weight by which the loss and its gradient are multiplied, finite and not 0
     * @return this
     * @throws IllegalArgumentException if there is no such population, or the weight is out of range
     */
    public TrainerBuilder loss(String name, Loss ofOutputs, double weight) {
        Objects.requireNonNull(ofOutputs, "ofOutputs");
        Population population = network.population(name);
        losses.add(new PopulationLoss(population.name(), population.size(), ofOutputs, weight));
        return this;
    }

    /**
     * Sets the optimizer; the default is Adam with rate 0.001.
     *
     * @param rule the optimizer
     * @return this
     */
    public TrainerBuilder optimizer(Trainer.Optimizer rule) {
        optimizer = Objects.requireNonNull(rule, "rule");
        return this;
    }

    /**
     * Limits the root of the sum of squares of all gradients together before each update, as
     * {@code torch.nn.utils.clip_grad_norm_} does; in place of another limit.
     *
     * @param most the limit, at least 0
     * @return this
     * @throws IllegalArgumentException if it is negative or NaN
     */
    public TrainerBuilder clipNorm(double most) {
        clipping = new Clipping(Clipping.How.NORM, most);
        return this;
    }

    /**
     * Limits the largest magnitude of all gradients together before each update; smaller ones shrink in proportion, as
     * {@code clip_grad_norm_} does with an infinite norm; in place of another limit.
     *
     * @param most the limit, at least 0
     * @return this
     * @throws IllegalArgumentException if it is negative or NaN
     */
    public TrainerBuilder clipLargest(double most) {
        clipping = new Clipping(Clipping.How.LARGEST, most);
        return this;
    }

    /**
     * Limits each value of the gradients by itself before each update, as {@code torch.nn.utils.clip_grad_value_} does;
     * in place of another limit.
     *
     * @param most the limit, at least 0
     * @return this
     * @throws IllegalArgumentException if it is negative or NaN
     */
    public TrainerBuilder clipValue(double most) {
        clipping = new Clipping(Clipping.How.VALUE, most);
        return this;
    }

    /**
     * Computes the memory that training needs in addition to the network and the optimizer, for full batches.
     *
     * @return bytes of native memory, and heap bytes of the longest possible lists of spikes
     * @throws IllegalArgumentException if a population or projection has no gradient, or the loss reads spikes that are
     *     graded; the message names it
     * @throws IllegalStateException if there is no loss
     */
    public long bytes() {
        goForward();
        int large = batch % shards;
        int window = block();
        boolean keepsStates = window < steps;
        long bytes = 0;
        for (int some : steps % window == 0 ? new int[] {window} : new int[] {window, steps % window}) {
            int largest = Math.ceilDiv(batch, shards);
            long ofLarge = partBytes(some, largest);
            long ofSmall = large == 0 ? 0 : partBytes(some, batch / shards);
            bytes += keepsStates
                    ? ofLarge * (large == 0 ? shards : large) + ofSmall * (shards - large)
                    : ofLarge + ofSmall;
        }
        return bytes
                + shardSums()
                + roundedBytes()
                + ObservedGradients.bytes(List.copyOf(observed.values()), (long) window * batch);
    }

    private long partBytes(int some, int samples) {
        long bytes = builder(some, samples).bytes();
        for (int i = 0; i < losses.size(); i++) {
            boolean adds = losses.subList(0, i).stream().anyMatch(losses.get(i)::overlaps);
            bytes += BoundLoss.scratchBytes(
                    losses.get(i),
                    network.population(losses.get(i).population()).shape(),
                    adds,
                    (long) some * samples);
        }
        return bytes;
    }

    private long shardSums() {
        return shards == 1 && online == null
                ? 0
                : builder(block(), Math.ceilDiv(batch, shards)).sumBytes();
    }

    private List<PopulationLoss> requireLosses() {
        if (losses.isEmpty()) {
            throw new IllegalStateException("there is no loss, expected one");
        }
        losses.forEach(each -> each.requireOnes(network.laidOut(), learned));
        return losses;
    }

    /**
     * Updates the values after every few steps, with gradients of these steps alone: truncated backpropagation through
     * time. The loss reads each window by itself.
     *
     * @param count steps of a window, from 1 to all
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public TrainerBuilder truncateEvery(int count) {
        if (count < 1 || count > steps) {
            throw new IllegalArgumentException("window is " + count + " steps, expected 1 to " + steps);
        }
        window = count;
        return this;
    }

    /**
     * Trains online instead of by backpropagation through time, so memory does not grow with the number of steps. Steps
     * run in blocks of {@value #BLOCK}. Inside a block, sums have the order of {@link Gradients}, without gradients
     * from later blocks. Eligibility traces carry the rest: to the sum of a block are added, samples ascending, one
     * fused multiply-add for each variable of the target and then one for the filter. Blocks ascend, and values change
     * after the last block.
     *
     * <p>Losses are sums over steps: {@link CrossEntropyLoss#membrane}, {@link CrossEntropyLoss#rate} with training
     * through time, squared errors of membranes, and {@link Loss#spikeRatePenalty}. Only dense connections learn,
     * feedforward and recurrent ones. A static frame is repeated at each step. {@link Trainer#right} decodes the last
     * block.
     *
     * @param how the rule, with its feedback and options
     * @return this
     */
    public TrainerBuilder online(EProp how) {
        declared.put("online", how.toString());
        rule = how;
        return this;
    }

    private int block() {
        return rule == null ? window : Math.min(BLOCK, steps);
    }

    private void goForward() {
        EProp how = rule;
        if (how == null) {
            return;
        }
        if (window < steps) {
            throw new IllegalStateException("windows of " + window + " steps truncate backpropagation, expected all "
                    + steps + " steps where gradients go forward");
        }
        Set<String> readouts = new LinkedHashSet<>();
        for (PopulationLoss each : requireLosses()) {
            if (!each.isOfSteps()) {
                throw new IllegalArgumentException(
                        "loss '" + each + "' is no sum over steps, expected one that is, for online gradients");
            }
            if (each.loss().readsMembranes()) {
                readouts.add(each.population());
            } else if (each.loss() instanceof CrossEntropyLoss && how.feedback() != Feedback.SPATIAL) {
                throw new IllegalArgumentException(
                        "loss '" + each + "' reads spikes, expected one that reads membranes, for e-prop");
            }
        }
        if (readouts.isEmpty() && how.feedback() != Feedback.SPATIAL) {
            throw new IllegalArgumentException("no loss reads membranes, expected one of readouts, for e-prop");
        }
        if (running().laidOut().roundings().findAny().isPresent()) {
            throw new IllegalArgumentException("weights are rounded to integers, expected floats for online gradients");
        }
        if (!dropouts.isEmpty() || !observed.isEmpty()) {
            throw new IllegalArgumentException("dropouts of " + dropouts.keySet() + " and observed gradients of "
                    + observed.keySet() + " need all steps, expected none with online gradients");
        }
        for (String name : learned) {
            if (!GradientValues.weights(network, layout).contains(name)) {
                throw new IllegalArgumentException(
                        "'" + name + "' is a parameter of neurons, expected weights for online gradients");
            }
        }
        online = new GradientRequest.Online(
                how.feedback(), steps, how.target(), how.strength(), readouts, drawn(how, readouts));
    }

    private List<GradientRequest.Drawn> drawn(EProp how, Set<String> readouts) {
        List<GradientRequest.Drawn> drawn = new ArrayList<>();
        if (how.feedback() != Feedback.RANDOM && how.feedback() != Feedback.ADAPTIVE) {
            return drawn;
        }
        TorchRandom random = new TorchRandom(how.seed());
        for (Population source : network.populations()) {
            for (String readout : readouts.contains(source.name()) ? Set.<String>of() : readouts) {
                Dense weights =
                        Dense.linear(source.size(), network.population(readout).size(), random);
                drawn.add(new GradientRequest.Drawn(
                        source.name(),
                        readout,
                        new DenseOperator(NativeMemory.ofAuto(), weights, source.shape(), Parameter.of(1))));
            }
        }
        return drawn;
    }

    /**
     * Cuts a batch into parts, whose gradients are summed separately and added in ascending order. Bits depend on this
     * number, but not on threads or machines.
     *
     * @param count parts, from 1 to the batch
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public TrainerBuilder shards(int count) {
        if (count < 1 || count > batch) {
            throw new IllegalArgumentException("shards is " + count + ", expected 1 to " + batch + ", the batch");
        }
        shards = count;
        return this;
    }

    /**
     * Adds a listener for the loss of each step, or window, before values change.
     *
     * @param reader receives the loss; its exception ends the step before values change
     * @return this
     */
    public TrainerBuilder onLoss(DoubleConsumer reader) {
        Objects.requireNonNull(reader, "reader");
        readers.add(reader);
        return this;
    }

    /**
     * Adds an observer of the gradients of each step, or window, before values change. They are stored for it.
     *
     * @param observer receives them, and may refuse the update
     * @return this
     */
    public TrainerBuilder onGradients(GradientObserver observer) {
        Objects.requireNonNull(observer, "observer");
        observers.add(observer);
        return this;
    }

    /**
     * Creates the trainer and allocates its memory.
     *
     * @return the trainer
     * @throws IllegalArgumentException if a population or projection has no gradient, or the loss reads spikes that are
     *     graded; the message names it
     * @throws IllegalStateException if there is no loss, the gradients of a population are observed but there is no
     *     observer, or training would need more memory than it may have
     * @throws OutOfMemoryError if the JVM or the system refuses memory; the message names its use and how to need less
     */
    public Trainer build() {
        requireLosses();
        goForward();
        if (observers.isEmpty() && !observed.isEmpty()) {
            throw new IllegalStateException(
                    "gradients of " + observed.keySet() + " have no observer, expected a call of onGradients");
        }
        limit.require(
                work() + " needs",
                network,
                (long) steps * batch,
                (long) block() * Math.ceilDiv(batch, shards),
                this::bytes,
                REMEDIES);
        TrainingRecipe recipe = new TrainingRecipe(
                losses,
                steps,
                batch,
                block(),
                online != null,
                declared.toString(),
                shards,
                Objects.requireNonNull(optimizer, "optimizer"),
                clipping,
                readers,
                observers,
                List.copyOf(observed.values()));
        CountedArenas held = new CountedArenas(Owner.TRAINER);
        try {
            return new Trainer(
                    network,
                    running(),
                    recipe,
                    (some, samples) -> builder(some, samples).partOf(held).build());
        } catch (OutOfMemoryError refused) {
            throw MemoryLimit.refused(work(), refused, REMEDIES);
        }
    }

    private String work() {
        return "training of " + steps + " steps of batch " + batch;
    }

    private GradientsBuilder builder(int some, int samples) {
        GradientsBuilder builder = new GradientsBuilder(running(), some, samples);
        builder.takeFrom(this);
        builder.use(block() == steps ? GradientRequest.Use.WINDOWS_FROM_ZERO : GradientRequest.Use.TRAINING);
        if (online == null && (shards > 1 || clipping == null && observers.isEmpty())) {
            builder.gives();
        }
        for (PopulationLoss each : requireLosses()) {
            if (each.loss().readsSpikes()) {
                builder.startAtSpikes(each.population());
            }
            if (each.loss().readsMembranes()) {
                builder.startAt(each.population(), "membrane");
            }
        }
        return builder;
    }

    /**
     * Receives the gradients of each step before the update, and may skip the update. An observer makes the trainer
     * store all gradients, which costs memory and time ({@link Trainer#storedBytes},
     * {@link EpochResult#observerSeconds}). A listener that only needs the loss uses {@link #onLoss}, which costs
     * nothing.
     */
    @FunctionalInterface
    public interface GradientObserver {

        /**
         * Looks at a step. With truncated backpropagation each window is a step.
         *
         * @param loss the loss of the batch
         * @param gradients gives the gradient of learned values by name, such as {@code fc1.weight}, after clipping: a
         *     copy in torch's layout; and of spikes and variables that the trainer
         *     {@linkplain #observeSpikes observes}, such as {@code lif1}
         * @return whether values may change; if not, neither they nor the optimizer's state do
         */
        boolean accept(double loss, Function<String, FloatMatrix> gradients);
    }
}

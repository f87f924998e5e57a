package dev.spikelane.train;

import dev.spikelane.connection.WeightQuantization;
import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.kernel.product.integer.RoundedWeights;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.gradient.NeuronGradient;
import dev.spikelane.simd.Checks;
import dev.spikelane.train.gradient.Dropout;
import dev.spikelane.train.gradient.FiringGradient;
import dev.spikelane.train.gradient.GradientRequest;
import dev.spikelane.train.gradient.GradientValues;
import dev.spikelane.train.gradient.InputForm;
import dev.spikelane.train.gradient.MemoryLimit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds the common options of {@link Gradients} and {@link Trainer}s: a network over a window, and how it learns.
 *
 * @param <B> the builder that each method returns
 */
abstract class WindowBuilder<B extends WindowBuilder<B>> {

    final Network network;
    final LaidOutNetwork layout;
    final int steps;
    final int batch;
    int threads = 1;
    MemoryLimit limit = new MemoryLimit(MemoryLimit.MACHINE);
    InputForm form = InputForm.ANY;
    final Set<String> learned;
    final Map<String, Dropout> dropouts = new LinkedHashMap<>();
    final Map<String, Projection.Source> observed = new LinkedHashMap<>();
    /** Description of surrogates, dropouts and the seed, by which a run recognizes its checkpoint. */
    final Map<String, String> declared = new TreeMap<>();

    FiringGradient otherwise = Surrogate.atan().gradient();
    final Map<String, FiringGradient> surrogates = new LinkedHashMap<>();
    long seed;
    GradientRequest.@Nullable Online online;

    private int every = Integer.MAX_VALUE;
    private final Map<String, WeightQuantization> rounded = new TreeMap<>();
    private @Nullable Network running;

    WindowBuilder(Network network, int steps, int batch) {
        if (steps < 1 || batch < 1 || (long) steps * batch > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("steps is " + steps + " and batch " + batch
                    + ", expected at least 1 of both and at most " + Integer.MAX_VALUE + " rows");
        }
        this.network = network;
        this.layout = network.laidOut();
        layout.requireSteps(steps);
        this.steps = steps;
        this.batch = batch;
        this.learned = GradientValues.weights(network, layout);
    }

    @SuppressWarnings("unchecked") // each builder names itself
    private B self() {
        return (B) this;
    }

    final void takeFrom(WindowBuilder<?> other) {
        threads = other.threads;
        form = other.form;
        learned.clear();
        learned.addAll(other.learned);
        dropouts.putAll(other.dropouts);
        observed.putAll(other.observed);
        otherwise = other.otherwise;
        surrogates.putAll(other.surrogates);
        seed = other.seed;
        every = other.every;
        online = other.online;
    }

    final int segment() {
        return online == null ? Math.min(every, steps) : steps;
    }

    /**
     * Sets the surrogate of all populations without their own; the default is the arc tangent.
     *
     * @param surrogate the surrogate
     * @return this
     */
    public B surrogate(Surrogate surrogate) {
        declared.put("all", surrogate.toString());
        otherwise = surrogate.gradient();
        return self();
    }

    /**
     * Sets the surrogate of a population.
     *
     * @param population its name
     * @param surrogate the surrogate
     * @return this
     * @throws IllegalArgumentException if there is no such population
     */
    public B surrogate(String population, Surrogate surrogate) {
        network.population(population);
        declared.put(population, surrogate.toString());
        surrogates.put(population, surrogate.gradient());
        return self();
    }

    /**
     * Learns values in addition to the weights of all projections.
     *
     * @param names of parameters of neurons, such as {@code lif1.beta}
     * @return this
     * @throws IllegalArgumentException if there are no such values, or they have no gradient
     */
    public B learn(String... names) {
        requireLearnable(names);
        learned.addAll(List.of(names));
        return self();
    }

    /**
     * Learns these values and no others.
     *
     * @param names of weights, such as {@code fc1.weight}, and of parameters of neurons
     * @return this
     * @throws IllegalArgumentException if there are no such values, or they have no gradient
     */
    public B learnOnly(String... names) {
        requireLearnable(names);
        learned.clear();
        return learn(names);
    }

    private void requireLearnable(String... names) {
        Set<String> all = GradientValues.weights(network, layout);
        for (Population population : network.populations()) {
            for (String parameter : NeuronGradient.learnable(population.neuron())) {
                String learnable = population.name() + "." + parameter;
                if (network.weights().names().contains(learnable)) {
                    all.add(learnable);
                }
            }
        }
        for (String name : names) {
            if (!all.contains(name)) {
                throw new IllegalArgumentException("'" + name + "' "
                        + (network.weights().names().contains(name) ? "has no gradient" : "is no value of the network")
                        + ", expected one of " + all);
            }
        }
    }

    /**
     * Drops a share of the input of a projection during training, as {@code torch.nn.Dropout} before a layer does.
     * Simulations and evaluations of the network drop nothing. With x the spikes or values of the source and p the
     * probability:
     *
     * <pre>{@code
     * K = 0 with probability p, else 1                     for each sample, step and element
     * y = x * (K / (1 - p))                                in float32, for the projection
     * }</pre>
     *
     * <p>K is a function of the {@linkplain #seed(long) seed}, the projection, the epoch, the sample's number in its
     * data set, the step of arrival and the element. So it depends neither on the place in a batch nor on threads.
     * Torch draws other numbers; {@link dev.spikelane.random.TorchRandom#dropout} has the numbers of its sequential
     * generator. The backward pass uses the same mask, of one bit an element. Spikes become values, so a layer after a
     * dropout costs as much as a layer of values, and static frames lose their shortcut.
     *
     * @param projection its name, such as {@code fc2}
     * @param probability that an element is dropped, from 0 to below 1; 0 for no dropout
     * @return this
     * @throws IllegalArgumentException if there is no such projection, the probability is out of range, or the source's
     *     spikes are graded
     */
    public B dropout(String projection, double probability) {
        return drop(projection, new Dropout(probability, false));
    }

    /**
     * Drops a share of the channels of a projection during training, as {@code torch.nn.Dropout2d} before a layer does:
     * all positions of a channel together, with one K for each sample, step and channel. It replaces {@link #dropout}
     * and otherwise equals it.
     *
     * @param projection its name, such as {@code conv2}
     * @param probability that a channel is dropped, from 0 to below 1; 0 for no dropout
     * @return this
     * @throws IllegalArgumentException if there is no such projection, its source has no channels, the probability is
     *     out of range, or the source's spikes are graded
     */
    public B dropoutChannels(String projection, double probability) {
        return drop(projection, new Dropout(probability, true));
    }

    private Projection projection(String name) {
        return network.projections().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no projection '" + name
                        + "', expected one of "
                        + network.projections().stream().map(Projection::name).toList()));
    }

    private B drop(String projection, Dropout dropout) {
        Projection of = projection(projection);
        dropout.requireFits(network, of, Set.of());
        dropouts.put(of.name(), dropout);
        dropouts.values().removeIf(each -> each.probability() == 0);
        declared.put("dropout of " + projection, dropout.probability() + (dropout.channels() ? " of channels" : ""));
        return self();
    }

    /**
     * Rounds the weights of dense connections and convolutions to integers in the forward pass (quantization-aware
     * training). The trained, saved and exported weights stay floats. A later call replaces an earlier one for the same
     * projections.
     *
     * <pre>{@code
     * Trainer.of(network, 25, 128)
     *         .weights(WeightQuantization.ternary())               // all that can be
     *         .weights(WeightQuantization.float32(), "fc1", "fc3") // but the first and the last
     * }</pre>
     *
     * @param how the type of the integers and their scales
     * @param projections names; without names, all projections that no other call names; connections of other kinds
     *     stay floats
     * @return this
     * @throws IllegalArgumentException if there is no such projection; {@code build()} refuses a projection that cannot
     *     have such weights
     */
    public B weights(WeightQuantization how, String... projections) {
        List<String> names = projections.length == 0 ? List.of(Network.OTHERS) : List.of(projections);
        for (String name : names) {
            String known = projections.length == 0 ? name : projection(name).name();
            declared.put("weights of " + known, how.toString());
            rounded.put(known, how);
        }
        running = null;
        return self();
    }

    final Network running() {
        Network known = running;
        if (known == null) {
            known = rounded.isEmpty() ? network : network.rounded(rounded, learned);
            running = known;
        }
        return known;
    }

    final void forgetRunning() {
        running = null;
    }

    final long roundedBytes() {
        return rounded.isEmpty()
                ? 0
                : running()
                        .laidOut()
                        .roundings()
                        .mapToLong(RoundedWeights::bytes)
                        .sum();
    }

    /**
     * Sets the seed of surrogates that draw random numbers, and of dropouts.
     *
     * @param ofDraws the seed
     * @return this
     */
    public B seed(long ofDraws) {
        declared.put("seed", String.valueOf(ofDraws));
        seed = ofDraws;
        return self();
    }

    /**
     * Observes the gradients of a population's spikes at each step, as snnTorch's and SpikingJelly's monitors of output
     * gradients do. They include the part of the caller or the loss and the parts of all projections.
     * {@link Gradients#observed(String)} returns them, and {@linkplain TrainerBuilder#onGradients observers} receive
     * them under the population's name. {@code gradients.apply("lif1")} is {@code [steps * batch x neurons]},
     * time-major, in torch's order, and overwritten by the next step.
     *
     * @param population its name
     * @return this
     * @throws IllegalArgumentException if there is no such population
     */
    public B observeSpikes(String population) {
        observed.put(population, network.population(population));
        return self();
    }

    /**
     * Observes the gradients that reach a variable of a population from outside at each step, without the gradients of
     * the next step: {@code gradients.apply("lif1.membrane")}.
     *
     * @param population its name
     * @param variable such as {@code membrane}
     * @return this
     * @throws IllegalArgumentException if there is no such population or variable
     */
    public B observe(String population, String variable) {
        Projection.Source source = network.population(population).variable(variable);
        observed.put(source.name(), source);
        return self();
    }

    /**
     * Sets the number of threads; results do not depend on it.
     *
     * @param count at least 1, the calling thread included
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public B threads(int count) {
        threads = Checks.atLeast(1, "threads", count);
        return self();
    }

    /**
     * Keeps the currents of some steps only, and recomputes the others from stored states and spikes. Results do not
     * depend on it.
     *
     * @param count steps between two stored states, at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public B recomputeEvery(int count) {
        Checks.require(count >= 1, "every", count, "at least 1 step");
        every = count;
        return self();
    }

    /**
     * Declares that inputs will be spikes at each step: others are refused, and no memory is planned for them.
     *
     * @return this
     */
    public B spikesOnly() {
        return inputs(InputForm.SPIKES);
    }

    /**
     * Declares that inputs will be values at each step: others are refused, and no memory is planned for them.
     *
     * @return this
     */
    public B valuesOnly() {
        return inputs(InputForm.VALUES);
    }

    /**
     * Declares that inputs will be one frame of values or spikes for all steps: others are refused. Memory is planned
     * for values; products of spikes take up to 2 MB more on each thread.
     *
     * @return this
     */
    public B framesOnly() {
        return inputs(InputForm.FRAME);
    }

    final B inputs(InputForm ofInputs) {
        form = ofInputs;
        return self();
    }

    /**
     * Sets the memory limit; larger windows are refused. The default is the free memory: {@code
     * -Dspikelane.maxNativeMemory}, or the memory of the machine or container without the largest heap and a margin.
     *
     * @param count bytes of native memory in addition to the network and a trainer's optimizer, at least 0
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public B mostBytes(long count) {
        limit = MemoryLimit.of(count);
        return self();
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + " of " + steps + " steps and batch " + batch + ": " + network;
    }
}

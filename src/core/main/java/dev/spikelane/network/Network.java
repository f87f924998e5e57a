package dev.spikelane.network;

import dev.spikelane.connection.WeightQuantization;
import dev.spikelane.description.InputDescription;
import dev.spikelane.description.NetworkDescription;
import dev.spikelane.description.NetworkFingerprint;
import dev.spikelane.description.PopulationDescription;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.engine.JitWarmUp;
import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A network of spiking neurons: named populations, and named projections that carry spikes or values to them. The graph
 * is immutable and may serve any number of simulations at once, from several threads; its {@linkplain #weights values}
 * change only between steps.
 *
 * <p>snnTorch's tutorial 3, a chain:
 * <pre>{@code
 * TorchRandom random = new TorchRandom(42);
 * Network network = Network.builder(784)
 *         .dense(1000, random).neuron(new Leaky(0.99f))
 *         .dense(10, random).neuron(new Leaky(0.99f))
 *         .build();
 * }</pre>
 *
 * <p>Excitatory and inhibitory neurons in a loop:
 * <pre>{@code
 * NetworkBuilder builder = Network.builder();
 * Input x = builder.input("x", Shape.of(100));
 * Population e = builder.population("e", Shape.of(320), new Leaky(0.9f));
 * Population i = builder.population("i", Shape.of(80), new Leaky(0.8f));
 * builder.project("x-e", x, e, Dense.linear(100, 320, random));
 * builder.project("e-i", e, i, Dense.linear(320, 80, random));
 * builder.project("i-e", i, e, Dense.linear(80, 320, random)).delay(2);
 * Network network = builder.build();
 * }</pre>
 *
 * <p><b>Order of sums.</b> Each projection's currents are summed completely, starting from the bias, and then added to
 * the sum of the projections that were declared earlier and enter the same port.
 *
 * <p><b>Recurrent neurons.</b> A model whose {@linkplain dev.spikelane.neuron.Recurrence recurrence} is a connection
 * gets a projection named after its population, {@code lif1.recurrent}, with the weights {@code lif1.recurrent.weight}
 * and {@code lif1.recurrent.bias}, if any. It carries the spikes or membranes of the previous step into the port
 * {@code feedback}, and comes after all declared projections, which may enter that port too. One-to-one weights are the
 * neurons' parameter {@code lif1.V}, unless another projection enters the port.
 *
 * <p>Networks that methods make from this one are freed by the garbage collector. Methods throw an
 * {@link IllegalArgumentException} if a batch is below 1 or threads are out of range.
 */
public final class Network {

    /** The key of all other projections, in {@link #rounded}. */
    public static final String OTHERS = "";

    private final List<Input> inputs;
    private final List<Population> populations;
    private final List<Projection> projections;
    private final LaidOutNetwork laidOut;
    private final Weights weights;
    private final long fingerprint;

    Network(Arena arena, List<Input> inputs, List<Population> populations, List<Projection> projections) {
        this.inputs = List.copyOf(inputs);
        this.populations = List.copyOf(populations);
        this.projections = List.copyOf(projections);
        this.laidOut = new LaidOutNetwork(arena, described());
        this.weights = new Weights(laidOut.values(), laidOut.guard());
        this.fingerprint = NetworkFingerprint.of(laidOut.description());
    }

    private Network(Network same, LaidOutNetwork laidOut) {
        this.inputs = same.inputs;
        this.populations = same.populations;
        this.projections = same.projections;
        this.laidOut = laidOut;
        this.weights = same.weights;
        this.fingerprint = same.fingerprint;
    }

    /**
     * {@return a builder of a chain whose memory the garbage collector frees}
     *
     * @param inputs number of inputs, at least 1
     * @throws IllegalArgumentException if there is no input
     */
    public static NetworkBuilder builder(int inputs) {
        return builder(Shape.of(inputs));
    }

    /**
     * {@return a builder of a chain whose memory the garbage collector frees}
     *
     * @param input the shape of its input
     */
    public static NetworkBuilder builder(Shape input) {
        Objects.requireNonNull(input, "input");
        return builder().chain(input);
    }

    /** {@return a builder of a network whose memory the garbage collector frees} */
    public static NetworkBuilder builder() {
        return new NetworkBuilder(NativeMemory.ofAuto());
    }

    /**
     * {@return a builder of a chain in an arena}
     *
     * @param arena as for {@link #builder(Arena)}
     * @param inputs number of inputs, at least 1
     * @throws IllegalArgumentException if there is no input, or the arena is confined to one thread
     */
    public static NetworkBuilder builder(Arena arena, int inputs) {
        return builder(arena).chain(Shape.of(inputs));
    }

    /**
     * {@return a builder of a network in an arena}
     *
     * @param arena the arena that owns weights and parameters; not confined to one thread, as workers could not reach
     *     it, and kernels that meet confined and shared memory are compiled again and again
     * @throws IllegalArgumentException if the arena is confined to one thread
     */
    public static NetworkBuilder builder(Arena arena) {
        return new NetworkBuilder(arena);
    }

    /** {@return the inputs in the order of declaration} */
    public List<Input> inputs() {
        return inputs;
    }

    /** {@return the populations in the order of declaration, at least one} */
    public List<Population> populations() {
        return populations;
    }

    /** {@return the projections in the order of declaration} */
    public List<Projection> projections() {
        return projections;
    }

    /**
     * {@return the population of this name}
     *
     * @param name its name
     * @throws IllegalArgumentException if there is none of this name
     */
    public Population population(String name) {
        return populations.get(number(name));
    }

    /** {@return the number of neurons of the last population} */
    public int outputs() {
        return populations.getLast().size();
    }

    /**
     * {@return the weights of projections and the parameters of neurons by name} Plastic projections start simulations
     * with their values.
     */
    public Weights weights() {
        return weights;
    }

    /**
     * Makes a network whose dense connections and convolutions have integer weights, the nearest to the present ones,
     * with a scale for each output; all other values and bits stay as they are. Plastic and recurrent connections keep
     * their floats.
     *
     * @param type INT8, INT16, INT4 or TERNARY
     * @return the new network
     * @throws IllegalArgumentException if a projection cannot have such weights; the message names it
     * @throws IllegalStateException if the type is FLOAT32
     */
    public Network quantized(ElementType type) {
        return Quantizing.quantized(this, Objects.requireNonNull(type, "type"));
    }

    /**
     * Makes a network in which some weights are replaced by integers; all other values and bits stay as they are.
     *
     * @param weights by name, such as {@code fc1.weight}, in torch's layout
     * @return the new network
     * @throws IllegalArgumentException if there are no such weights, or they cannot be such integers
     */
    public Network quantized(Map<String, IntegerMatrix> weights) {
        return Quantizing.quantized(this, Objects.requireNonNull(weights, "weights"));
    }

    /**
     * Returns a view of this network, with its values, that computes with integers. Its weights are rounded now, and
     * again whenever gradients or a trainer of the view see that they have changed.
     *
     * @param declared how weights are rounded, by the names of projections, and by {@link #OTHERS} for all others that
     *     can be rounded
     * @param learned names of parameters that change, so that spikes must not be graded by them
     * @return a view, whose {@link #weights} are floats
     * @throws IllegalArgumentException if a projection cannot have such weights
     */
    public Network rounded(Map<String, WeightQuantization> declared, Set<String> learned) {
        return new Network(
                this,
                Rounding.of(
                        this,
                        Objects.requireNonNull(declared, "declared"),
                        Objects.requireNonNull(learned, "learned")));
    }

    /**
     * A network without batch norms, and its changes.
     *
     * @param network the new network
     * @param changes each value into which a batch norm was folded, in the order of the network's values
     */
    public record Folded(Network network, List<FoldedValues> changes) {

        /** Lists the changes, a line for each value. */
        @Override
        public String toString() {
            return changes.isEmpty()
                    ? "no batch norm was folded into weights"
                    : changes.stream().map(FoldedValues::toString).collect(Collectors.joining("\n"));
        }
    }

    /**
     * Weights or a bias into which a batch norm was folded.
     *
     * @param name their name in the new network
     * @param changed number of values whose bits changed
     * @param count number of values
     * @param largestDifference the largest difference between a value before and after folding
     */
    public record FoldedValues(String name, int changed, int count, double largestDifference) {

        @Override
        public String toString() {
            return "'" + name + "': " + changed + " of " + count + " values have other bits, which differ by at most "
                    + largestDifference;
        }
    }

    /**
     * Creates a copy of this network without batch norms. Each norm, with its running values, is folded into the
     * weights and the bias of the connection before it, {@code weight * factor} and {@code bias * factor + term},
     * rounded once. This changes the bits of weights, as {@link Folded} reports, and of currents, so a membrane close
     * to its threshold may fire in only one of the two networks.
     *
     * @return the new network and the changes
     * @throws IllegalArgumentException if a batch norm follows another connection than {@code Dense} or
     *     {@code Recurrent}, has values for each step or is in a plastic projection, or a weight would not be finite;
     *     the message names it
     */
    public Folded folded() {
        return Folding.folded(this);
    }

    /**
     * Converts a network of ReLUs, such as {@code StateDict.network} reads, into a spiking network. Each
     * {@link dev.spikelane.neuron.EquationNeuron#relu} becomes an integrate-and-fire neuron whose spike carries its
     * threshold, so weights stay the same and rates represent values. Outputs add up over time. With a constant input,
     * {@code Decoding.LAST_MEMBRANE} finds the class, or {@code Decoding.COUNT} if the outputs are ReLUs too. Batch
     * norms are {@linkplain #folded folded}.
     *
     * @param samples inputs, {@code [samples x inputs]}; a population's values on them give its threshold
     * @param percentile the percentage of these values that the threshold is not below, for example 99.9; a lower one
     *     lets neurons fire sooner, but values above the threshold count as the threshold
     * @return the new network
     * @throws IllegalArgumentException if the percentile is out of range, or samples do not fit or make all of a
     *     population 0; if a population is neither ReLU nor output; if a projection has a delay or a rule; if a
     *     projection that does not come from an input carries spikes or takes the largest of a window; if a batch norm
     *     cannot be folded
     */
    public Network spiking(FloatMatrix samples, double percentile) {
        return AnnToSnn.spiking(this, Objects.requireNonNull(samples, "samples"), percentile);
    }

    /**
     * Starts a simulation of this network on the calling thread.
     *
     * @param batch samples that run side by side, at least 1
     * @return a simulation with a state of zeros
     * @throws IllegalArgumentException if the batch is below 1
     */
    public Simulation simulate(int batch) {
        return simulate(batch, 1);
    }

    /**
     * Starts a simulation of this network.
     *
     * @param batch samples that run side by side, at least 1
     * @param threads threads that share the work, the calling one among them, from 1 to 1024; results do not depend on
     *     it
     * @return a simulation with a state of zeros
     * @throws IllegalArgumentException if the batch is below 1 or the threads are out of range
     */
    public Simulation simulate(int batch, int threads) {
        return new Simulation(this, laidOut, batch, threads, Simulation.ROWS_IN_BLOCK);
    }

    /**
     * Starts a simulation of this network that changes no weights: no rule runs, and plastic projections have the
     * network's own values, whose changes it sees as a whole between two calls. Without plastic projections it is
     * {@link #simulate(int, int)}.
     *
     * @param batch samples that run side by side, at least 1
     * @param threads threads that share the work, as for {@link #simulate(int, int)}
     * @return a simulation with a state of zeros, whose states do not fit simulations that learn
     * @throws IllegalArgumentException if the batch is below 1 or the threads are out of range
     */
    public Simulation serve(int batch, int threads) {
        return new Simulation(this, laidOut.fixed(), batch, threads, Simulation.ROWS_IN_BLOCK);
    }

    /**
     * Returns a copy of this network without rules, for formats that have none. It keeps the present values:
     * {@link Learning#publish} does not reach it. {@code weights().replace} takes over learned weights.
     *
     * @return a network without plastic projections
     */
    public Network fixed() {
        return weights()
                .read(() -> Quantizing.with(
                        projections.stream()
                                .map(each -> new ProjectionBuilder(
                                                each.name(), each.source(), each.target(), each.path())
                                        .port(each.port())
                                        .delay(each.delay())
                                        .build())
                                .toList(),
                        this));
    }

    /**
     * Warms up the JVM for this network, so that the first call of a service is as fast as later ones. It runs spikes
     * of several densities, and values unless a rule follows the input, in blocks and step by step, until the times
     * agree; no round starts after 10 seconds. Short stages learn here whether threads should share them. On a CPU
     * without built-in measurements, products first learn which of their kernels is fastest, for at most another 10
     * seconds. No other call tries kernels, and results do not depend on the warm-up.
     *
     * @param batch samples that will run side by side, at least 1
     * @return how long it took; empty if times had not settled after 10 seconds, for example on a busy machine or with
     *     less than a whole core; the next calls then still get faster
     * @throws IllegalArgumentException if the batch is below 1
     */
    public Optional<Duration> warmUp(int batch) {
        return warmUp(batch, 1);
    }

    /**
     * Makes the JVM compile the code of simulations of this network on several threads.
     *
     * @param batch samples that will run side by side, at least 1
     * @param threads threads that will share the work, the calling one among them, from 1 to 1024
     * @return how long it took; empty if the times of the last rounds still differed after 10 seconds, or much was
     *     compiled, as on a busy machine or with less than a whole core: the next calls get faster for a while
     * @throws IllegalArgumentException if the batch is below 1 or the threads are out of range
     */
    public Optional<Duration> warmUp(int batch, int threads) {
        return WarmUp.run(this, batch, threads, JitWarmUp.MOST);
    }

    /**
     * Returns notices of options that are rarely meant: dense connections without neurons between them, a beta or alpha
     * outside of 0 to 1. A {@link dev.spikelane.train.TrainingRun} passes them to its listeners.
     *
     * @return sentences about the network as declared; may be empty
     */
    public List<String> notices() {
        return NetworkNotices.of(this);
    }

    private NetworkDescription described() {
        return new NetworkDescription(
                inputs.stream()
                        .map(input -> new InputDescription(input.name(), input.shape()))
                        .toList(),
                populations.stream()
                        .map(each -> new PopulationDescription(each.name(), each.shape(), each.neuron()))
                        .toList(),
                projections.stream().map(this::described).toList());
    }

    private ProjectionDescription described(Projection declared) {
        SourceDescription source = switch (declared.source()) {
            case Input input -> new SourceDescription.OfInput(inputs.indexOf(input));
            case Population population -> new SourceDescription.OfSpikes(number(population.name()));
            case Variable variable ->
                new SourceDescription.OfVariable(number(variable.population().name()), variable.variable());
        };
        int target = number(declared.target().name());
        return new ProjectionDescription(
                declared.name(),
                source,
                target,
                declared.port(),
                declared.delay(),
                declared.path(),
                declared.plasticity());
    }

    /**
     * Returns the layout of this network, for training and other parts of this library. Not part of the API: its type
     * is not exported.
     *
     * @return operators, neurons and values in memory
     * @hidden
     */
    @SuppressWarnings({"exports", "InvalidBlockTag"}) // the only hidden type that the API returns
    public LaidOutNetwork laidOut() {
        return laidOut;
    }

    /** Identifies graph and models, with values only as far as neurons were declared with them. */
    long fingerprint() {
        return fingerprint;
    }

    int number(String population) {
        for (int i = 0; i < populations.size(); i++) {
            if (populations.get(i).name().equals(population)) {
                return i;
            }
        }
        throw new IllegalArgumentException(
                "there is no population " + JsonValue.quoted(population) + ", expected one of "
                        + populations.stream().map(Population::name).toList());
    }

    /** Lists populations with their present parameters, and projections. */
    @Override
    public String toString() {
        return Stream.concat(
                        populations.stream()
                                .map(each -> each.name() + " " + each.shape() + ", "
                                        + laidOut.population(number(each.name()))
                                                .neuron()),
                        projections.stream().map(Projection::toString))
                .collect(Collectors.joining("; ", "Network ", ""));
    }
}

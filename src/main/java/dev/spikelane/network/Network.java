package dev.spikelane.network;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.layout.Layouts;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Parameter;
import java.lang.foreign.Arena;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A network of spiking neurons: named populations, and named projections that carry spikes or values to them. The graph is immutable and may
 * serve any number of simulations at once, from several threads; its {@linkplain #weights values} change only between steps.
 *
 * <p>snnTorch's tutorial 3, a chain:
 *
 * <pre>{@code
 * TorchRandom random = new TorchRandom(42);
 * Network network = Network.builder(784)
 *         .dense(1000, random).neuron(new Leaky(0.99f))
 *         .dense(10, random).neuron(new Leaky(0.99f))
 *         .build();
 * }</pre>
 *
 * <p>Excitatory and inhibitory neurons in a loop:
 *
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
 * <p><b>Order of sums.</b> Each projection's currents are complete, from their bias on, before they are added to those of the projections
 * that were declared before it and enter the same port.
 *
 * <p><b>Recurrent neurons.</b> A model that feeds back to all neurons (RLeaky and RSynaptic from all to all, SLSTM, LeakyParallel from all to
 * all) gets a projection named after its population, {@code lif1.recurrent}, from the spikes or membranes of the step before into the port
 * {@code feedback}, behind all that are declared; its weights are {@code lif1.recurrent.weight} and {@code lif1.recurrent.bias}. Other
 * projections may enter that port too. Weights from one to one stay the neurons' parameter {@code lif1.V} as long as nothing else enters it;
 * else they are a projection as well, {@code lif1.recurrent.weight}.
 */
public final class Network {

    static {
        Layouts.open(network -> new NetworkLayout((Network) network));
    }

    private final List<Input> inputs;
    private final List<Population> populations;
    private final List<Projection> projections;
    private final Plan plan;
    private final Bound[] bound;
    private final Path[] paths;
    private final Weights weights;
    private final long fingerprint;
    private final List<WeakReference<Simulation>> simulations = new ArrayList<>();

    Network(Arena arena, List<Input> inputs, List<Population> populations, List<Projection> projections) {
        this.inputs = List.copyOf(inputs);
        this.populations = List.copyOf(populations);
        this.projections = List.copyOf(projections);
        this.plan = Plan.of(populations, projections, this::number);
        this.bound =
                populations.stream().map(population -> bind(arena, population)).toArray(Bound[]::new);
        this.paths =
                projections.stream().map(projection -> bind(arena, projection)).toArray(Path[]::new);
        this.weights = new Weights(values(), this::whileIdle);
        this.fingerprint = fingerprint(Stream.of(inputs, populations, projections)
                .flatMap(List::stream)
                .map(Object::toString));
    }

    /**
     * Starts a chain whose memory is freed when the network is forgotten.
     *
     * @param inputs number of inputs, at least 1
     * @return a builder
     * @throws IllegalArgumentException if there is no input
     */
    public static NetworkBuilder builder(int inputs) {
        return builder(Shape.of(inputs));
    }

    /**
     * Starts a chain whose memory is freed when the network is forgotten.
     *
     * @param input the shape of its input
     * @return a builder
     */
    public static NetworkBuilder builder(Shape input) {
        Objects.requireNonNull(input, "input");
        return builder().chain(input);
    }

    /**
     * Starts a network whose memory is freed when it is forgotten.
     *
     * @return a builder
     */
    public static NetworkBuilder builder() {
        return new NetworkBuilder(NativeMemory.ofAuto());
    }

    /**
     * Starts a chain in an arena.
     *
     * @param arena the arena that owns weights and parameters; not confined to one thread
     * @param inputs number of inputs, at least 1
     * @return a builder
     * @throws IllegalArgumentException if there is no input, or the arena is confined to one thread
     */
    public static NetworkBuilder builder(Arena arena, int inputs) {
        return builder(arena).chain(Shape.of(inputs));
    }

    /**
     * Starts a network in an arena.
     *
     * @param arena the arena that owns weights and parameters; not confined to one thread: workers could not reach it, and where confined and
     *     shared memory meet in one JVM, kernels are compiled again and again
     * @return a builder
     * @throws IllegalArgumentException if the arena is confined to one thread
     */
    public static NetworkBuilder builder(Arena arena) {
        return new NetworkBuilder(arena);
    }

    /**
     * Returns the inputs.
     *
     * @return inputs in the order of declaration
     */
    public List<Input> inputs() {
        return inputs;
    }

    /**
     * Returns the populations.
     *
     * @return populations in the order of declaration, at least one
     */
    public List<Population> populations() {
        return populations;
    }

    /**
     * Returns the projections.
     *
     * @return projections in the order of declaration
     */
    public List<Projection> projections() {
        return projections;
    }

    /**
     * Returns a population.
     *
     * @param name its name
     * @return the population
     * @throws IllegalArgumentException if there is none of this name
     */
    public Population population(String name) {
        return populations.get(number(name));
    }

    /**
     * Returns the number of neurons of the last population.
     *
     * @return outputs
     */
    public int outputs() {
        return populations.getLast().size();
    }

    /**
     * Returns the weights of projections and the parameters of neurons by name. Values of plastic projections are those with which
     * simulations start.
     *
     * @return the values of this network
     */
    public Weights weights() {
        return weights;
    }

    /**
     * Makes a network whose dense connections have integer weights, the nearest to the present ones, with a scale for each output; all other
     * values and bits stay what they are. Plastic projections keep their floats, and so do recurrent connections. What it costs in
     * accuracy is for data to say.
     *
     * @param type INT8 or INT16
     * @return a network of its own, whose memory is freed when it is forgotten
     * @throws IllegalArgumentException if a projection cannot have such weights; the message names it
     * @throws IllegalStateException if the type is FLOAT32
     */
    public Network quantized(ElementType type) {
        return Quantizing.quantized(this, Objects.requireNonNull(type, "type"));
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
     * @param threads threads that share the work, the calling one among them, from 1 to 1024; results do not depend on it
     * @return a simulation with a state of zeros
     * @throws IllegalArgumentException if the batch is below 1 or the threads are out of range
     */
    public Simulation simulate(int batch, int threads) {
        return new Simulation(this, batch, threads, Simulation.ROWS_IN_BLOCK);
    }

    /**
     * Makes the JVM compile what simulations of this network run, so that the first call of a service is as fast as all others: runs spikes
     * of several densities, and values, in blocks and step by step, until the times agree; no round starts after 4 seconds. On a CPU whose
     * costs do not ship with the library it then measures, for some 2 seconds, which kernels are the fastest; results do not depend on it.
     *
     * @param batch samples that will run side by side, at least 1
     * @return how long it took; empty if the times of the last rounds still differed after 4 seconds, or much was compiled, as on a busy machine or
     *     with less than a whole core: the next calls get faster for a while
     * @throws IllegalArgumentException if the batch is below 1
     */
    public Optional<Duration> warmUp(int batch) {
        return warmUp(batch, 1);
    }

    /**
     * Makes the JVM compile what simulations of this network run on several threads.
     *
     * @param batch samples that will run side by side, at least 1
     * @param threads threads that will share the work, the calling one among them, from 1 to 1024
     * @return how long it took; empty if the times of the last rounds still differed after 4 seconds, or much was compiled, as on a busy machine or
     *     with less than a whole core: the next calls get faster for a while
     * @throws IllegalArgumentException if the batch is below 1 or the threads are out of range
     */
    public Optional<Duration> warmUp(int batch, int threads) {
        return WarmUp.run(this, batch, threads, WarmUp.MOST);
    }

    Plan plan() {
        return plan;
    }

    Bound bound(int population) {
        return bound[population];
    }

    Path path(int projection) {
        return paths[projection];
    }

    /** Puts others in place of a projection's operators, for simulations still to be made: so tests watch threads at work. */
    void replaceOperators(int projection, UnaryOperator<Operator> change) {
        paths[projection] =
                new Path(paths[projection].operators().stream().map(change).toList());
    }

    /** Tells graph and models from others; values are not part of it. */
    long fingerprint() {
        return fingerprint;
    }

    long version() {
        return weights.version();
    }

    int number(String population) {
        for (int i = 0; i < populations.size(); i++) {
            if (populations.get(i).name().equals(population)) {
                return i;
            }
        }
        throw new IllegalArgumentException("there is no population '" + population + "', expected one of "
                + populations.stream().map(Population::name).toList());
    }

    String describeConnections(int population) {
        Population target = populations.get(population);
        return projections.stream()
                .filter(projection -> projection.target().name().equals(target.name()))
                .map(Projection::describePath)
                .collect(Collectors.joining(" + "));
    }

    /** Lets a simulation be asked whether it runs when values change. */
    void register(Simulation simulation) {
        synchronized (simulations) {
            simulations.removeIf(known -> known.refersTo(null));
            simulations.add(new WeakReference<>(simulation));
        }
    }

    /** Gives a population a model with other parameters. */
    void rebind(int population, Neuron neuron) {
        Bound changed = Bound.of(
                NativeMemory.ofAuto(), populations.get(population), neuron, isFed(populations.get(population)));
        Parameter spikeValue = changed.inside().spikeValue();
        Parameter before = bound[population].inside().spikeValue();
        if (!spikeValue.equals(before)) {
            try {
                setSpikeValue(populations.get(population), spikeValue.values());
            } catch (IllegalArgumentException refused) {
                setSpikeValue(populations.get(population), before.values());
                throw refused;
            }
        }
        bound[population] = changed;
    }

    /** Says what the spikes of a population carry: one value, or one for each neuron in the order of the rows. */
    void setSpikeValue(Population population, float[] values) {
        for (int i = 0; i < paths.length; i++) {
            if (projections.get(i).source().equals(population)) {
                paths[i].operators().getFirst().setSpikeValue(values);
            }
        }
    }

    /** Makes a change while no simulation runs. */
    void whileIdle(Runnable change) {
        synchronized (simulations) {
            if (simulations.isEmpty()) { // a training step, which allocates nothing
                change.run();
                return;
            }
            List<Simulation> held = new ArrayList<>();
            try {
                for (Iterator<WeakReference<Simulation>> each = simulations.iterator(); each.hasNext(); ) {
                    Simulation simulation = each.next().get();
                    if (simulation != null) {
                        simulation.turn().beginChange();
                        held.add(simulation);
                    }
                }
                change.run();
            } finally {
                held.forEach(simulation -> simulation.turn().endChange());
            }
        }
    }

    private boolean isFed(Population population) {
        return projections.stream()
                .anyMatch(projection -> projection.target().equals(population)
                        && projection.port().equals(Neuron.FEEDBACK));
    }

    private Bound bind(Arena arena, Population population) {
        try {
            return Bound.of(arena, population, population.neuron(), isFed(population));
        } catch (IllegalArgumentException failure) {
            throw new IllegalArgumentException(
                    "population '" + population.name() + "': " + failure.getMessage(), failure);
        }
    }

    private Path bind(Arena arena, Projection projection) {
        Parameter spikeValue = projection.source() instanceof Population population
                ? bound[number(population.name())].inside().spikeValue()
                : Parameter.of(1);
        try {
            return Path.bind(arena, projection.path(), projection.source().shape(), spikeValue);
        } catch (IllegalArgumentException failure) {
            throw new IllegalArgumentException(
                    "projection '" + projection.name() + "': " + failure.getMessage(), failure);
        }
    }

    private Map<String, Values> values() {
        Map<String, Values> values = new LinkedHashMap<>();
        for (int i = 0; i < paths.length; i++) {
            addValues(values, projections.get(i).name(), paths[i]);
        }
        for (int i = 0; i < bound.length; i++) {
            for (String name : bound[i].parameters()) {
                put(values, populations.get(i).name() + "." + name, new PopulationValues(this, i, name));
            }
        }
        return values;
    }

    /** Names the values of a path: by the operator's place in it, where several operators have values. */
    static void addValues(Map<String, Values> values, String projection, Path path) {
        long owners = path.operators().stream()
                .filter(operator -> !operator.values().isEmpty())
                .count();
        for (int i = 0; i < path.operators().size(); i++) {
            Operator operator = path.operators().get(i);
            for (Values each : operator.values()) {
                put(values, projection + (owners > 1 ? "." + i : "") + "." + each.name(), each);
            }
        }
    }

    /** Throws if one name means two values, of which one could be neither read nor saved. */
    private static void put(Map<String, Values> values, String name, Values each) {
        if (values.putIfAbsent(name, each) != null) {
            throw new IllegalArgumentException("two matrices of the network are named '" + name
                    + "', expected names of projections and populations under which each has its own");
        }
    }

    private static long fingerprint(Stream<String> descriptions) {
        Fingerprint fingerprint = new Fingerprint();
        descriptions.forEach(fingerprint::add);
        return fingerprint.value();
    }

    @Override
    public String toString() {
        return Stream.concat(
                        populations.stream().map(Population::toString),
                        projections.stream().map(Projection::toString))
                .collect(Collectors.joining("; ", "Network ", ""));
    }
}

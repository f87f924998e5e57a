package dev.spikelane.network;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Pool;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Checks;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Collects the parts of a network: by {@link #input}, {@link #population} and {@link #project}, or as a chain in the
 * order of snnTorch's tutorials. A chain names its parts {@code input}, {@code fc1}, {@code lif1}, {@code fc2} and so
 * on, and projections with a convolution {@code conv1}, {@code conv2}; both ways may be mixed. {@link #delay},
 * {@link #port} and {@link #plastic} concern the projection that was added last.
 *
 * <p>Methods that extend the chain throw an {@link IllegalStateException} if there is none. They throw an
 * {@link IllegalArgumentException} if an option is out of range or the connection does not fit the end of the chain.
 */
public final class NetworkBuilder {

    private final Arena arena;
    private final List<Input> inputs = new ArrayList<>();
    private final List<Population> populations = new ArrayList<>();
    private final List<ProjectionBuilder> projections = new ArrayList<>();
    private final Set<String> sourceNames = new HashSet<>();
    private final Set<String> projectionNames = new HashSet<>();
    private final Chain chain = new Chain();
    /** Milliseconds; NaN if each text keeps its own time step. */
    private double timeStep = Double.NaN;

    private boolean mixesTimeSteps;

    NetworkBuilder(Arena arena) {
        this.arena = Objects.requireNonNull(arena, "arena");
        if (!arena.allocate(1).isAccessibleBy(new Thread(() -> {}))) {
            throw new IllegalArgumentException(
                    "arena is confined to one thread, expected Arena.ofShared(), or no arena for memory that is freed"
                            + " by itself: worker threads could not reach the weights, and the compiler would compile"
                            + " kernels that meet confined and shared memory again and again");
        }
    }

    NetworkBuilder chain(Shape shape) {
        chain.start(input("input", shape));
        return this;
    }

    /**
     * Sets the time step of every text that uses {@code dt} and is added afterwards: neurons, sources and rules. A text
     * whose {@code dt} has the unit {@code [s]} or {@code [us]} gets it in that unit. A {@code dt} that was set by
     * {@code with} stays, and {@link #build} refuses it if it differs.
     *
     * @param milliseconds more than 0; also the number for a {@code dt} without a unit
     * @return this
     * @throws IllegalArgumentException if the time is not a positive finite number
     * @throws IllegalStateException if there are neurons already
     */
    public NetworkBuilder timeStep(double milliseconds) {
        Checks.finiteAboveZero("timeStep", milliseconds);
        if (!populations.isEmpty()) {
            throw new IllegalStateException("population '"
                    + populations.getFirst().name() + "' is there already, expected timeStep() before the first one");
        }
        timeStep = milliseconds;
        return this;
    }

    /**
     * Allows texts with different time steps, which {@link #build} refuses otherwise; the network then has a
     * {@linkplain Network#notices notice}.
     *
     * @return this
     */
    public NetworkBuilder mixedTimeSteps() {
        mixesTimeSteps = true;
        return this;
    }

    /**
     * Adds an input.
     *
     * @param name a name that no other input or population has
     * @param shape the shape of one row
     * @return the input, a source of projections
     * @throws IllegalArgumentException if the name is empty or used already
     */
    public Input input(String name, Shape shape) {
        Input input = new Input(name, shape);
        requireNew(sourceNames, "an input or a population", name);
        inputs.add(input);
        return input;
    }

    /**
     * Adds neurons.
     *
     * @param name a name that no other input or population has
     * @param shape number and arrangement of the neurons
     * @param neuron their model
     * @return the population, a source and a target of projections
     * @throws IllegalArgumentException if the name is empty or used already
     */
    public Population population(String name, Shape shape, Neuron neuron) {
        Neuron placed = neuron instanceof EquationNeuron text ? text.placed(shape.size(), timeStep) : neuron;
        Population population = new Population(name, shape, placed);
        requireNew(sourceNames, "an input or a population", name);
        populations.add(population);
        return population;
    }

    /**
     * Adds a projection, which {@link #build} checks.
     *
     * @param name a name that no other projection has
     * @param source an input, a population, or one of its {@linkplain Population#variable variables}
     * @param target the population that gets the currents
     * @param path the connections that rows pass through; none for a {@link OneToOne} of ones, which learns as others
     *     do
     * @return this, for the delay, the port and other options of the projection
     * @throws IllegalArgumentException if the name is used already, or source or target belong to another network
     */
    public NetworkBuilder project(String name, Projection.Source source, Population target, Connection... path) {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(target, "target");
        requireNew(projectionNames, "a projection", name);
        requireOwn(name, source);
        requireOwn(name, target);
        projections.add(new ProjectionBuilder(name, source, target, List.of(path)));
        return this;
    }

    /**
     * Sets the number of steps after which the source of the last added projection reaches its target.
     *
     * @param steps 0, the default, for the same step
     * @return this
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if there is no projection
     */
    public NetworkBuilder delay(int steps) {
        latest().delay(steps);
        return this;
    }

    /**
     * Sets the port at which the currents of the last added projection enter the target's equation.
     *
     * @param name one of the target model's {@linkplain Neuron#ports ports}; {@code current} by default
     * @return this
     * @throws IllegalStateException if there is no projection
     */
    public NetworkBuilder port(String name) {
        latest().port(name);
        return this;
    }

    /**
     * Makes the values of the last added projection belong to each simulation, so that snapshots and forks copy them.
     *
     * @return this
     * @throws IllegalStateException if there is no projection
     */
    public NetworkBuilder plastic() {
        return plastic(Plasticity.BY_PROGRAM);
    }

    /**
     * Makes the weights of the last added projection plastic: they change by a rule while a simulation runs. Each
     * simulation has its own copy and runs step by step.
     *
     * @param rule the rule; the projection must be one dense connection or one convolution of floats, from an input of
     *     spikes or a population
     * @return this
     * @throws IllegalStateException if there is no projection
     */
    public NetworkBuilder plastic(Plasticity rule) {
        latest().plastic(Objects.requireNonNull(rule, "rule").placed(timeStep));
        return this;
    }

    private ProjectionBuilder latest() {
        chain.requireNeurons(", expected neuron() before what is said of the projection");
        if (projections.isEmpty()) {
            throw new IllegalStateException("there is no projection yet, expected project() before what is said of it");
        }
        return projections.getLast();
    }

    /**
     * Adds a dense connection with the random weights that {@code torch.nn.Linear} starts with to the chain.
     *
     * @param outputs number of outputs, at least 1
     * @param random the stream they are drawn from
     * @return this
     * @throws IllegalArgumentException if there is no output
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder dense(int outputs, TorchRandom random) {
        return connect(Dense.linear(chain.width().size(), outputs, random));
    }

    /**
     * Adds a convolution of maps with the random weights that {@code torch.nn.Conv2d} starts with to the chain.
     *
     * @param outputs number of output channels, at least 1
     * @param size rows and columns of its kernel, at least 1
     * @param random the stream they are drawn from
     * @return this
     * @throws IllegalArgumentException if there is no output, or the kernel does not fit
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder conv2d(int outputs, int size, TorchRandom random) {
        return convolution(outputs, Kernel.of(size), random);
    }

    /**
     * Adds a convolution of lines with the random weights that {@code torch.nn.Conv1d} starts with to the chain.
     *
     * @param outputs number of output channels, at least 1
     * @param size inputs of its kernel, at least 1
     * @param random the stream they are drawn from
     * @return this
     * @throws IllegalArgumentException if there is no output, or the kernel does not fit
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder conv1d(int outputs, int size, TorchRandom random) {
        return convolution(outputs, Kernel.of1d(size), random);
    }

    /**
     * Adds a transposed convolution of maps with the random weights that {@code torch.nn.ConvTranspose2d} starts with
     * to the chain.
     *
     * @param outputs number of output channels, at least 1
     * @param size rows and columns of its kernel, at least 1
     * @param random the stream they are drawn from
     * @return this
     * @throws IllegalArgumentException if there is no output, or the kernel does not fit
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder convTranspose2d(int outputs, int size, TorchRandom random) {
        return convolution(outputs, Kernel.transposed(size), random);
    }

    /**
     * Adds a convolution with the random weights that torch's module starts with to the chain.
     *
     * @param outputs number of output channels, at least 1
     * @param kernel with all options
     * @param random the stream they are drawn from
     * @return this
     * @throws IllegalArgumentException if there is no output, or the kernel does not fit
     * @throws IllegalStateException if there is no chain
     * @throws OutOfMemoryError if the weights do not fit in memory
     */
    public NetworkBuilder convolution(int outputs, Kernel kernel, TorchRandom random) {
        return connect(chain.convolution(outputs, kernel, random));
    }

    /**
     * Adds {@link Flatten} to the chain.
     *
     * @return this
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder flatten() {
        return connect(new Flatten());
    }

    /**
     * Adds {@link OneToOne.Scale} to the chain.
     *
     * @param factor by which all is multiplied, finite
     * @return this
     * @throws IllegalArgumentException if the factor is NaN or infinite
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder scale(float factor) {
        return connect(OneToOne.scale(factor));
    }

    /**
     * Adds a {@link BatchNorm} with torch's options to the chain, after another connection.
     *
     * @return this
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder batchNorm() {
        return connect(BatchNorm.of(chain.width().channels()));
    }

    /**
     * Adds {@link Pool#max(int)} to the chain, over maps.
     *
     * @param size of a window, and from one to the next; at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1, or the chain does not make maps of this size at least
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder maxPool2d(int size) {
        return pool(2, Pool.max(size));
    }

    /**
     * Adds {@link Pool#average(int)} to the chain, over maps.
     *
     * @param size of a window, and from one to the next; at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1, or the chain does not make maps of this size at least
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder avgPool2d(int size) {
        return pool(2, Pool.average(size));
    }

    /**
     * Adds {@link Pool#sum(int)} to the chain, over maps.
     *
     * @param size of a window, and from one to the next; at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1, or the chain does not make maps of this size at least
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder sumPool2d(int size) {
        return pool(2, Pool.sum(size));
    }

    /**
     * Adds {@link Pool#max(int)} to the chain, over lines.
     *
     * @param size of a window, and from one to the next; at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1, or the chain does not make lines of this size at least
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder maxPool1d(int size) {
        return pool(1, Pool.max(size));
    }

    /**
     * Adds {@link Pool#average(int)} to the chain, over lines.
     *
     * @param size of a window, and from one to the next; at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1, or the chain does not make lines of this size at least
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder avgPool1d(int size) {
        return pool(1, Pool.average(size));
    }

    /**
     * Adds {@link Pool#sum(int)} to the chain, over lines.
     *
     * @param size of a window, and from one to the next; at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1, or the chain does not make lines of this size at least
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder sumPool1d(int size) {
        return pool(1, Pool.sum(size));
    }

    private NetworkBuilder pool(int dimensions, Pool pool) {
        chain.requireDimensions(dimensions, pool);
        return connect(pool);
    }

    /**
     * Adds a connection to the chain.
     *
     * @param connection from the neurons (at first the inputs), or the connection, at its end
     * @return this
     * @throws IllegalArgumentException if its inputs do not fit
     * @throws IllegalStateException if there is no chain
     */
    public NetworkBuilder connect(Connection connection) {
        chain.add(connection);
        return this;
    }

    /**
     * Continues the chain from a variable of the last neurons instead of their spikes.
     *
     * @param name one of {@link Neuron#variables}
     * @return this
     * @throws IllegalArgumentException if they have no such variable
     * @throws IllegalStateException if there are no neurons, or a connection follows them already
     */
    public NetworkBuilder variable(String name) {
        chain.goOnFrom(name);
        return this;
    }

    /**
     * Adds the neurons that the chain feeds, with a name such as {@code lif1}.
     *
     * @param neuron their model
     * @return this
     * @throws IllegalArgumentException if the model does not fit the currents
     * @throws IllegalStateException if no connection follows the last neurons
     */
    public NetworkBuilder neuron(Neuron neuron) {
        return neuron(chain.nameOfNeurons(), neuron);
    }

    /**
     * Adds the neurons that the chain feeds.
     *
     * @param name their name
     * @param neuron their model
     * @return this
     * @throws IllegalArgumentException if the model does not fit the currents, or the name is used already
     * @throws IllegalStateException if no connection follows the last neurons
     */
    public NetworkBuilder neuron(String name, Neuron neuron) {
        Shape shape = chain.shape(name, neuron);
        Population population = population(name, shape, neuron);
        project(chain.name(), chain.end(), population, chain.path());
        chain.goOnBehind(population);
        return this;
    }

    /**
     * {@return the network}
     *
     * @throws IllegalArgumentException if a shape, a port or a parameter does not fit, or texts have different time
     *     steps without {@link #mixedTimeSteps}
     * @throws IllegalStateException if there is no population, one has no input, the chain ends in a connection, or
     *     projections without delay form a cycle
     */
    public Network build() {
        chain.requireNeurons("");
        if (populations.isEmpty()) {
            throw new IllegalStateException("the network has no population yet");
        }
        List<Projection> all = new ArrayList<>(
                projections.stream().map(ProjectionBuilder::build).toList());
        for (Population population : populations) {
            Neuron neuron = population.neuron();
            for (String port :
                    neuron instanceof EquationNeuron || neuron.ports().isEmpty()
                            ? neuron.ports()
                            : List.of(Neuron.CURRENT)) {
                if (!enters(all, population, port)) {
                    throw new IllegalStateException(
                            "population '" + population.name() + "' has no projection to its port '" + port + "'");
                }
            }
        }
        for (Population population : populations) {
            all.addAll(recurrent(population, enters(all, population, Neuron.FEEDBACK)));
        }
        String mixed = mixesTimeSteps ? "" : TimeSteps.mixed(populations, all);
        if (!mixed.isEmpty()) {
            throw new IllegalArgumentException(mixed + ", expected one for all texts: timeStep() of the builder sets"
                    + " it, mixedTimeSteps() allows several");
        }
        return new Network(arena, inputs, populations, all);
    }

    private static boolean enters(List<Projection> all, Population population, String port) {
        return all.stream()
                .anyMatch(projection -> projection.target().equals(population)
                        && projection.port().equals(port));
    }

    /**
     * Returns the recurrence of a model as a projection. One-to-one weights that are a parameter need none: the
     * neurons' own loop gives the same bits faster, unless other projections enter the port.
     */
    private List<Projection> recurrent(Population population, boolean othersEnter) {
        boolean ownLoop = population.neuron().parameters().containsKey(Neuron.RECURRENT_WEIGHTS) && !othersEnter;
        return population.neuron().recurrence() instanceof Recurrence.By(Connection connection) && !ownLoop
                ? List.of(recurrent(population, connection))
                : List.of();
    }

    private Projection recurrent(Population population, Connection connection) {
        String name = ProjectionDescription.nameOfRecurrence(population.name());
        if (projectionNames.contains(name)) {
            throw new IllegalArgumentException("the name '" + name
                    + "' is used already by a projection, expected another, because it is that of the recurrence "
                    + "of population '"
                    + population.name() + "'");
        }
        Projection.Source source = population.neuron().feedsMembranes() ? population.variable("membrane") : population;
        return new ProjectionBuilder(name, source, population, List.of(connection))
                .port(Neuron.FEEDBACK)
                .delay(1)
                .build();
    }

    private void requireOwn(String projection, Projection.Source source) {
        boolean own = switch (source) {
            case Input input -> inputs.contains(input);
            case Population population -> populations.contains(population);
            case Variable variable -> populations.contains(variable.population());
        };
        if (!own) {
            throw new IllegalArgumentException("projection '" + projection + "' names '" + source.name()
                    + "', which is not a part of this network");
        }
    }

    private static void requireNew(Set<String> names, String what, String name) {
        if (!names.add(name)) {
            throw new IllegalArgumentException("the name '" + name + "' is used already by " + what);
        }
    }

    @Override
    public String toString() {
        return "NetworkBuilder of " + populations.size() + " populations and " + projections.size() + " projections";
    }
}

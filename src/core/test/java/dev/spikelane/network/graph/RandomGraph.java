package dev.spikelane.network.graph;

import static dev.spikelane.Filled.fill;
import static dev.spikelane.Filled.floats;

import dev.spikelane.Matrices;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.Sparse;
import dev.spikelane.description.NamedValues;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Neuron;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** A random network of 2 to 8 populations with loops, skips and delays, and its input. */
public final class RandomGraph {

    private static final int[] SIZES = {1, 3, 5, 16, 63, 64, 65, 100, 130};
    private static final Shape[] MAPS = {
        Shape.of(2, 3, 3), Shape.of(3, 5, 7), Shape.of(4, 1, 9), Shape.of(1, 4, 4), Shape.of(3, 17)
    };
    private static final int LONGEST_DELAY = 5;
    /** More steps than any test runs between resets. */
    static final int MOST_STEPS = 220;

    public static final List<ElementType> INTEGERS =
            List.of(ElementType.INT8, ElementType.INT16, ElementType.INT4, ElementType.TERNARY);

    public final Network network;
    public final Map<String, Signal> inputs = new TreeMap<>();
    /** True if all steps have one input. */
    final boolean constant;
    /** True if values of a recurrence differ from its model. */
    boolean replaced;

    public final int batch;
    public final int steps;

    private final boolean learns;
    /** True if rules change weights of simulations. */
    private final boolean ruled;
    /** True if all samples and steps share weights. */
    private final boolean shared;

    private final Arena arena;
    private final Random random;
    private final Shape maps;
    /** Reduces maps. */
    private final Pool smaller;

    /** Ports with synapses, and those that sum whole quanta. */
    private final Set<String> ports = new HashSet<>();

    private final Set<String> fixed = new HashSet<>();
    private final List<Population> populations = new ArrayList<>();
    /** The rank of each population for projections without a delay. */
    private final List<Integer> ranks = new ArrayList<>();

    public RandomGraph(Arena arena, int batch, int steps, long seed) {
        this(arena, batch, steps, seed, false);
    }

    /**
     * @param learns true if the interpreter can compute all gradients
     */
    public RandomGraph(Arena arena, int batch, int steps, long seed, boolean learns) {
        this(arena, batch, steps, seed, learns, false, false);
    }

    /** Draws a graph that sessions at different steps can share, unless neurons have noise. */
    public static RandomGraph shared(Arena arena, int batch, int steps, long seed) {
        return new RandomGraph(arena, batch, steps, seed, false, true, false);
    }

    /** Draws a graph with rules on many projections. */
    public static RandomGraph ruled(Arena arena, int batch, int steps, long seed) {
        return new RandomGraph(arena, batch, steps, seed, false, false, true);
    }

    private RandomGraph(Arena arena, int batch, int steps, long seed, boolean learns, boolean shared, boolean ruled) {
        this.learns = learns;
        this.ruled = ruled;
        this.shared = shared;
        this.arena = arena;
        this.random = new Random(seed);
        this.batch = batch;
        this.steps = steps;
        this.constant = random.nextInt(6) == 0;
        this.maps = MAPS[random.nextInt(MAPS.length)];
        this.smaller = pool(maps);
        NetworkBuilder builder = Network.builder(arena).mixedTimeSteps();
        List<Input> declared = new ArrayList<>();
        declared.add(builder.input("x", random.nextBoolean() || ruled && random.nextBoolean() ? maps : flat()));
        if (random.nextBoolean()) {
            declared.add(builder.input("y", flat()));
        }
        for (Input input : declared) {
            inputs.put(input.name(), rows(input.shape().size()));
        }
        int count = 2 + random.nextInt(7);
        for (int i = 0; i < count; i++) {
            ranks.add(random.nextInt(i + 1), i);
            populations.add(population(builder, "p" + i, declared.getFirst().shape()));
        }
        for (Population target : populations) {
            boolean own = target.neuron() instanceof EquationNeuron;
            for (String port : target.neuron().ports()) {
                int least = own || port.equals(Neuron.CURRENT) ? 1 : 0;
                for (int j = least + random.nextInt(3); j > 0; j--) {
                    project(builder, target, port, declared);
                }
            }
        }
        this.network = builder.build();
        for (int i = 0; i < network.projections().size(); i++) {
            for (OperatorDescription each : network.laidOut().description().operators(i)) {
                if (each.connection() instanceof BatchNorm) {
                    each.values().forEach(this::set);
                }
            }
        }
        for (Projection projection : network.projections()) {
            if (isRecurrence(projection) && random.nextBoolean()) {
                network.weights().names().stream()
                        .filter(name -> name.startsWith(projection.name() + "."))
                        .forEach(this::replace);
                replaced = true;
            }
        }
    }

    /** Returns true for a projection that a network makes of a recurrence. */
    public static boolean isRecurrence(Projection projection) {
        return projection.name().equals(projection.target().name() + ".recurrent");
    }

    private void replace(String name) {
        FloatMatrix old = network.weights().get(name);
        network.weights().replace(name, Matrices.uniform(arena, old.rows(), old.columns(), random));
    }

    /** Changes the values of a batch norm. */
    private void set(NamedValues values) {
        if (values.declared().type() == ElementType.INT64) {
            network.weights().replace(values.name(), (long) random.nextInt(1_000));
            return;
        }
        FloatMatrix drawn = Matrices.uniform(arena, 1, values.declared().columns(), random);
        for (int i = 0; i < drawn.columns() && values.name().endsWith("running_var"); i++) {
            drawn.set(0, i, 0.3f + Math.abs(drawn.get(0, i)));
        }
        if (values.name().endsWith("tracked")) {
            drawn.set(0, 0, random.nextInt(100));
        }
        network.weights().replace(values.name(), drawn);
    }

    private BatchNorm norm(int channels) {
        int kind = random.nextInt(3);
        BatchNorm said = kind == 0 && !shared
                ? BatchNorm.tt(channels, MOST_STEPS)
                : kind == 1 && !learns ? BatchNorm.td(channels, 1, 0.5) : BatchNorm.of(channels);
        BatchNorm norm = said.withEpsilon(learns ? 0.1 : 1e-3);
        return random.nextInt(3) == 0 ? norm.withoutAffine() : norm.withMomentum(random.nextDouble());
    }

    private Shape flat() {
        return Shape.of(SIZES[random.nextInt(SIZES.length)]);
    }

    private Signal rows(int columns) {
        int rows = steps * batch;
        if (!constant) {
            return random.nextBoolean()
                    ? Matrices.spikes(arena, rows, columns, random.nextInt(6) / 10.0, random)
                    : Matrices.uniform(arena, rows, columns, random);
        }
        FloatMatrix frame = Matrices.uniform(arena, batch, columns, random);
        return fill(FloatMatrix.zeros(arena, rows, columns), (row, column) -> frame.get(row % batch, column));
    }

    /** Adds a population; it has maps only if the first input has equal ones, so that it can have inputs. */
    private Population population(NetworkBuilder builder, String name, Shape first) {
        int model = random.nextInt(RandomNeuron.MODELS + 3); // more of them are Leaky
        while (learns && !RandomNeuron.hasPlainGradients(model)) {
            model = random.nextInt(RandomNeuron.MODELS);
        }
        // Cells are rare, so all possible ones are maps.
        boolean arranged = RandomNeuron.gates(model) > 1 || random.nextInt(3) == 0 || ruled && random.nextBoolean();
        boolean isArranged = first.equals(maps) && RandomNeuron.arranges(model) && arranged;
        Shape some = RandomNeuron.gates(model) == 1 && random.nextInt(3) == 0 ? smaller.outputShape(maps) : maps;
        Shape shape = isArranged ? some : flat();
        RandomNeuron drawn = new RandomNeuron(arena, learns ? Shape.of(shape.size()) : shape, random);
        Neuron neuron = model == RandomNeuron.EQUATIONS && random.nextBoolean() ? drawn.ported() : drawn.of(model);
        if (!learns && populations.size() > 1 && random.nextInt(8) == 0) {
            neuron = drawn.source(1 + random.nextInt(20));
        }
        if (learns && random.nextInt(6) == 0) {
            neuron = drawn.joining();
        }
        return builder.population(name, shape, neuron);
    }

    private void project(NetworkBuilder builder, Population target, String port, List<Input> declared) {
        Shape currents = target.shape().times(target.neuron().gates());
        Projection.Source source = source(target, declared);
        if (learns && port.equals("identity")) {
            joined(builder, target);
            return;
        }
        if (currents.rank() > 1 && !source.shape().equals(target.shape())) {
            source = declared.getFirst();
        }
        boolean delayed = switch (source) {
            case Input input -> false;
            case Population population -> isLater(population, target);
            case Projection.Source variable -> isLater(variable.ofPopulation().orElseThrow(), target);
        };
        int delay = random.nextInt(3) == 0 && !delayed ? 0 : random.nextInt(LONGEST_DELAY + 1);
        String name = source.name() + "-" + target.name() + "-" + random.nextInt(1_000_000_000);
        boolean quanta = !learns && isPlain(source);
        Connection[] path = random.nextInt(ruled ? 3 : 5) == 0 && (quanta || !fixed.contains(target.name() + port))
                ? new Connection[] {sparse(source, currents, target.name() + port)}
                : path(source, currents);
        builder.project(name, source, target, path)
                .delay(delayed ? Math.max(1, delay) : delay)
                .port(port);
        if (ruled && mayChange(source, target, path) && random.nextInt(4) > 0) {
            builder.plastic(RandomRule.of(random, target.neuron().variables()));
        } else if (random.nextInt(4) == 0 && !learns && !shared) {
            builder.plastic();
        }
    }

    /** Adds spikes, at most as many as joined numbers may be. */
    private void joined(NetworkBuilder builder, Population target) {
        List<Population> alike = populations.stream()
                .filter(each -> each.shape().equals(target.shape()) && isPlain(each))
                .toList();
        Population source = alike.get(random.nextInt(alike.size()));
        String name = source.name() + "-" + target.name() + "-" + random.nextInt(1_000_000_000);
        builder.project(name, source, target, OneToOne.scale(1))
                .delay(isLater(source, target) ? 1 + random.nextInt(LONGEST_DELAY) : random.nextInt(2))
                .port("identity");
    }

    /**
     * Returns true if a rule may change weights: of one dense connection, convolution or list of synapses, for spikes.
     */
    private boolean mayChange(Projection.Source source, Population target, Connection[] path) {
        boolean spikes = source instanceof Population || source instanceof Input input && follows(input);
        boolean flattens = path.length == 2 && path[0].equals(new Flatten()) && path[1] instanceof Dense;
        return spikes
                && target.neuron().gates() == 1
                && (flattens
                        || path.length == 1
                                && switch (path[0]) {
                                    case Dense _ -> true;
                                    case Convolution made ->
                                        made.integers().isEmpty()
                                                && !made.kernel().transposed();
                                    case Sparse made ->
                                        !made.isProcedural() && made.quantum() == 0 && Float.isNaN(made.weight());
                                    default -> false;
                                });
    }

    private boolean follows(Input input) {
        return inputs.get(input.name()) instanceof SpikeMatrix;
    }

    /** Returns true if spikes of a source carry 1. */
    private boolean isPlain(Projection.Source source) {
        return source instanceof Input input
                ? inputs.get(input.name()) instanceof SpikeMatrix
                : source instanceof Population population
                        && population.neuron().spikeValue().isAlways(1);
    }

    /** Returns synapses with delays; the first ones at a port decide whether it sums whole quanta. */
    private Sparse sparse(Projection.Source source, Shape currents, String port) {
        int from = source.shape().size();
        int to = currents.size();
        Connectivity edges = switch (random.nextInt(8)) {
            case 0 -> Connectivity.probability(0.01 + random.nextDouble() / 2);
            case 1 -> Connectivity.inDegree(1 + random.nextInt(5));
            case 2 -> Connectivity.outDegree(1 + random.nextInt(5));
            case 3 -> Connectivity.total(1 + random.nextInt(300));
            case 4 -> from > 1 && from == to ? Connectivity.total(50).withoutSelf() : Connectivity.probability(1);
            case 5 ->
                isPlane(source.shape()) && isPlane(currents)
                        ? near(Connectivity.gaussian(1 - random.nextDouble(), 1 + 5 * random.nextDouble()), from)
                        : Connectivity.probability(0.05);
            case 6 -> from == to ? Connectivity.oneToOne() : Connectivity.outDegree(7);
            default -> {
                int count = random.nextInt(200);
                yield Connectivity.of(
                        random.ints(count, 0, from).toArray(),
                        random.ints(count, 0, to).toArray());
            }
        };
        float strength = source.ofVariable().isPresent() ? 0.3f : 1;
        boolean equal = !learns && random.nextInt(3) == 0;
        Sparse made = Sparse.of(edges)
                .to(currents)
                .seed(random.nextInt(1_000))
                .weights(equal ? Distribution.constant(strength / 2) : Distribution.normal(strength / 4, strength / 2));
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> made = made.delays(Distribution.uniform(random.nextInt(3), 3 + random.nextInt(3)));
            case 3 -> made = made.delays(Distribution.normal(8, 9).redrawn(random.nextInt(2), learns ? 12 : 40));
            default -> {}
        }
        if (!learns && random.nextInt(3) == 0 && made.edges().toString().matches("prob.*|gauss.*|.*each source")) {
            made = made.procedural();
        }
        if (ports.add(port) && !learns && isPlain(source) && random.nextInt(3) == 0) {
            fixed.add(port);
        }
        return fixed.contains(port) ? made.fixedPoint(1 / 64.) : made;
    }

    private static boolean isPlane(Shape shape) {
        return shape.rank() == 1 || shape.channels() == 1 && shape.rank() == 3;
    }

    private Connectivity near(Connectivity edges, int from) {
        Connectivity around = random.nextBoolean() ? edges.periodic() : edges;
        return from > 1 && random.nextBoolean() ? around.withoutSelf() : around;
    }

    private Projection.Source source(Population target, List<Input> declared) {
        if (random.nextInt(5) < 2) {
            return declared.get(random.nextInt(declared.size()));
        }
        Population population = random.nextInt(6) == 0 ? target : populations.get(random.nextInt(populations.size()));
        List<String> names = population.neuron().variables();
        return random.nextInt(4) == 0 ? population.variable(names.get(random.nextInt(names.size()))) : population;
    }

    /** Returns true if a projection needs a delay, so that those without one form no cycle. */
    private boolean isLater(Population source, Population target) {
        return ranks.indexOf(populations.indexOf(source)) >= ranks.indexOf(populations.indexOf(target));
    }

    private Connection[] path(Projection.Source source, Shape currents) {
        List<Connection> path = new ArrayList<>();
        Shape from = source.shape();
        float strength = source.ofVariable().isPresent() ? 0.5f : 3;
        boolean alike = currents.rank() > 1 && from.withChannels(1).equals(currents.withChannels(1));
        if (ruled && alike && carriesOne(source) && random.nextBoolean()) {
            return new Connection[] {new RandomConvolution(arena, random).keeping(from, currents.channels())};
        }
        if (ruled && currents.rank() == 1 && random.nextInt(3) == 0) {
            Dense all = dense(from.size(), currents.size(), strength);
            return from.rank() > 1 ? new Connection[] {new Flatten(), all} : new Connection[] {all};
        }
        if (alike && convolves(from, source)) {
            return maps(from, currents);
        }
        boolean pools = from.equals(maps)
                && currents.equals(smaller.outputShape(maps))
                && (!from.equals(currents) || random.nextBoolean());
        if (currents.rank() > 1 && !pools && (!from.equals(currents) || random.nextInt(4) == 0)) {
            Dense all = dense(from.size(), currents.size(), strength);
            return new Connection[] {new Recurrent(all.weights(), all.bias(), all.biased())};
        }
        if (pools) {
            if (convolves(from, source)) {
                path.add(rounded(new RandomConvolution(arena, random).keeping(from, from.channels())));
            } else if (random.nextInt(3) == 0) {
                path.add(elementwise(from.size(), 1));
            }
            path.add(smaller);
            if (random.nextInt(3) == 0) {
                path.add(random.nextBoolean() ? norm(currents.channels()) : elementwise(currents.size(), 1));
            }
            return path.toArray(Connection[]::new);
        }
        if (from.equals(currents) && (from.rank() > 1 || random.nextInt(3) == 0)) {
            for (int i = random.nextInt(4); i > 0; i--) {
                path.add(elementwise(from.size(), source.ofVariable().isPresent() ? 0.8f : 1.5f));
            }
            if (!path.isEmpty() && random.nextInt(4) == 0) {
                path.add(norm(from.channels()));
            }
            return path.toArray(Connection[]::new);
        }
        if (random.nextInt(4) == 0) {
            path.add(elementwise(from.size(), 1));
        }
        if (convolves(from, source)) {
            Convolution drawn = rounded(new RandomConvolution(arena, random).of(from));
            path.add(drawn);
            from = drawn.outputShape(from);
        }
        if (from.rank() > 1) {
            if (path.isEmpty() ? random.nextInt(3) == 0 : random.nextInt(4) > 0) {
                Pool pool = pool(from);
                path.add(pool);
                from = pool.outputShape(from);
            }
            if (from.rank() == 3 && random.nextInt(4) == 0) {
                int first = random.nextInt(2);
                Flatten two = new Flatten(first, first + 1);
                path.add(two);
                from = two.outputShape(from);
            }
            path.add(new Flatten());
            if (random.nextInt(4) == 0) {
                path.add(elementwise(from.size(), 1));
            }
        }
        int width = from.size();
        if (path.size() < 2 && random.nextInt(4) == 0) {
            int middle = flat().size();
            path.add(rounded(dense(width, middle, strength), source));
            if (random.nextInt(4) == 0) {
                path.add(norm(middle));
            }
            width = middle;
            strength = 1;
        }
        Dense last = dense(width, currents.size(), strength);
        path.add(
                random.nextInt(5) == 0
                        ? new Recurrent(last.weights(), last.bias(), last.biased())
                        : rounded(last, source));
        if (path.size() < 3 && random.nextInt(4) == 0) {
            path.add(elementwise(currents.size(), 1));
        }
        if (random.nextInt(6) == 0) {
            path.add(norm(currents.size()));
        }
        return path.toArray(Connection[]::new);
    }

    /** Returns true if a convolution is drawn, for which all spikes of a channel must carry one value. */
    private boolean convolves(Shape from, Projection.Source source) {
        return from.rank() > 1 && carriesOne(source) && random.nextInt(2) == 0;
    }

    private static boolean carriesOne(Projection.Source source) {
        Parameter value =
                source instanceof Population population ? population.neuron().spikeValue() : Parameter.of(1);
        return value.isAlways(value.value(0));
    }

    /** Returns a convolution between maps of equal height and width, alone or among others. */
    private Connection[] maps(Shape from, Shape currents) {
        List<Connection> path = new ArrayList<>();
        RandomConvolution convolutions = new RandomConvolution(arena, random);
        Shape middle = from;
        if (random.nextInt(4) == 0) {
            path.add(elementwise(from.size(), 1));
        }
        if (random.nextInt(4) == 0) {
            middle = from.withChannels(1 + random.nextInt(5));
            path.add(rounded(convolutions.keeping(from, middle.channels())));
        }
        path.add(rounded(convolutions.keeping(middle, currents.channels())));
        if (random.nextInt(4) == 0) {
            path.add(elementwise(currents.size(), 1));
        }
        if (random.nextInt(4) == 0) {
            path.add(norm(currents.channels()));
        }
        return path.toArray(Connection[]::new);
    }

    /** Sometimes with integers. */
    private Convolution rounded(Convolution drawn) {
        return !learns && random.nextInt(3) == 0 ? new RandomConvolution(arena, random).rounded(drawn) : drawn;
    }

    /** Returns a fitting pool; pools of 2 x 2 after convolutions have special loops. */
    private Pool pool(Shape from) {
        if (isHalved(from) && random.nextInt(4) > 0) {
            return Pool.max(2);
        }
        while (true) {
            Pool.Axis x = axis();
            Pool.Rule rule = Pool.Rule.values()[random.nextInt(Pool.Rule.values().length)];
            if (rule == Pool.Rule.SPREAD) {
                int width = 1 + random.nextInt(3);
                return Pool.spread(from.rank() == 2 ? width : 1 + random.nextInt(2), width);
            }
            try {
                Pool pool =
                        new Pool(rule, from.rank() == 2 ? x : axis(), x, random.nextBoolean(), random.nextBoolean());
                pool.outputShape(from);
                return pool;
            } catch (IllegalArgumentException refused) {
                continue; // too much padding, or a dilated sum
            }
        }
    }

    static boolean isHalved(Shape from) {
        return from.rank() == 3 && from.height() > 1 && from.width() > 1;
    }

    private Pool.Axis axis() {
        int size = random.nextInt(4);
        int dilation = random.nextInt(3) == 0 ? 2 : 1;
        return size == 0
                ? new Pool.Axis(0, 1, 0, 1)
                : new Pool.Axis(size, 1 + random.nextInt(3), random.nextInt(2), dilation);
    }

    private Connection elementwise(int size, float strength) {
        if (random.nextBoolean()) {
            return OneToOne.scale((random.nextFloat() * 2 - 0.5f) * strength);
        }
        float[] weights = floats(random.nextInt(3) == 0 ? 1 : size, i -> (random.nextFloat() * 2 - 0.5f) * strength);
        return new OneToOne(weights);
    }

    /** Sometimes with integers, if spikes carry one value. */
    private Connection rounded(Dense dense, Projection.Source source) {
        if (learns || !carriesOne(source) || random.nextInt(3) != 0) {
            return dense;
        }
        ElementType type = INTEGERS.get(random.nextInt(INTEGERS.size()));
        return random.nextBoolean()
                ? dense.nearest(type)
                : Dense.integers(IntegerMatrix.nearestWithOneScale(type, dense.weights()), dense.bias());
    }

    private Dense dense(int from, int to, float strength) {
        FloatMatrix weights = Matrices.uniform(arena, to, from, random);
        float scale = strength / (float) Math.sqrt(from);
        for (int i = 0; i < to; i++) {
            for (int j = 0; j < from; j++) {
                weights.set(i, j, weights.get(i, j) * scale);
            }
        }
        return random.nextInt(4) == 0
                ? Dense.of(arena, weights)
                : Dense.of(arena, weights, Matrices.uniform(arena, 1, to, random));
    }
}

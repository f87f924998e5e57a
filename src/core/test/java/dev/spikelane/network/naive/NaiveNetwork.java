package dev.spikelane.network.naive;

import static dev.spikelane.Filled.flags;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.Psn;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.graph.RandomGraph;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Interprets a network step by step, on plain arrays in torch's order: each projection's currents are complete, from
 * the bias on, before they are added in order of declaration. It has no blocks, packed weights, tiles, threads or
 * vectors, and is the reference for them.
 */
public final class NaiveNetwork {

    /** Name of the membrane before the reset of its step. */
    public static final String UNRESET = "membrane before its reset";

    /** A row of spike values and spikes, or of values. */
    record Row(float[] values, boolean @Nullable [] fires) {}

    /** A dropout of a projection. */
    @FunctionalInterface
    public interface Noise {
        /** Returns the factor of an element, in torch's order, that arrives in a step. */
        float of(int step, int sample, int element);
    }

    @FunctionalInterface
    public interface Frames {
        /** Returns the rows of an input in a step, one for each sample. */
        Signal of(String input, int step);
    }

    private final Network network;
    private final Frames inputs;
    private final int batch;
    private final Map<String, NaiveNeurons[]> neurons = new HashMap<>();
    /** Spikes of all samples, by population and step. */
    private final Map<String, List<boolean[]>> spikes = new HashMap<>();
    /** Values of all samples, by variable (with the name of a source) and step. */
    private final Map<String, List<float[]>> variables = new HashMap<>();
    /** Dropouts by projection. */
    private final Map<String, Noise> dropouts = new HashMap<>();
    /** Values that differ from the declared ones, by name. */
    private Map<String, FloatMatrix> values = Map.of();
    /** Values that were set last; rules have learned the others. */
    private Map<String, FloatMatrix> given = Map.of();
    /** Rules by projection. */
    private final Map<String, NaivePlasticity> rules = new LinkedHashMap<>();

    /** Connections with these values, by the names of values. */
    private final Map<String, Connection> connections = new HashMap<>();

    private final Map<String, NaiveSparse> drawn = new HashMap<>();

    /** True if batches are normalized by their statistics. */
    private boolean training;

    /** Models with these values, by population. */
    private final Map<String, Neuron> models = new HashMap<>();

    /** Runs all steps. */
    public NaiveNetwork(Network network, Map<String, Signal> inputs, int batch) {
        this(
                network,
                batch,
                (name, step) -> Objects.requireNonNull(inputs.get(name)).rows(step * batch, batch));
    }

    public NaiveNetwork(Network network, int batch, Frames inputs) {
        this.network = network;
        this.inputs = inputs;
        this.batch = batch;
        for (Population population : network.populations()) {
            NaiveNeurons[] samples = neurons(population);
            neurons.put(population.name(), samples);
            spikes.put(population.name(), new ArrayList<>());
            variables.put(population.name() + "." + UNRESET, new ArrayList<>());
            samples[0]
                    .variables
                    .keySet()
                    .forEach(name -> variables.put(population.name() + "." + name, new ArrayList<>()));
        }
        learnAnew();
    }

    private void learnAnew() {
        for (Projection projection : network.projections()) {
            if (projection.plasticity().isRule()) {
                String prefix = learned(projection);
                Map<String, FloatMatrix> own = new HashMap<>();
                values.forEach((name, value) -> own.put(name.replace(prefix, ""), value));
                float[] weights = value(prefix + "weight", null).toArray();
                rules.put(projection.name(), new NaivePlasticity(projection, batch, weights, own));
            }
        }
    }

    /** Returns the rule of a projection; null without one. */
    public @Nullable NaivePlasticity rule(Projection projection) {
        return rules.get(projection.name());
    }

    /** Compares weights and variables of rules with a simulation after a step. */
    public void assertLearned(Simulation simulation, int step, String what) {
        for (Projection projection : simulation.network().projections()) {
            if (rule(projection) instanceof NaivePlasticity rule) {
                String at = " of '" + projection.name() + "' behind step " + step + ", " + what + "; rule "
                        + projection.plasticity().parameters() + "\n"
                        + projection.plasticity().text();
                rule.learned(step).forEach((name, values) -> {
                    String full = learned(projection) + name;
                    assertArrayEquals(
                            values, simulation.plasticWeights().get(full).toArray(), name + at);
                });
                rule.traces(step)
                        .forEach((name, values) -> assertArrayEquals(
                                values,
                                simulation.trace(projection.name(), name).toArray(),
                                name + at));
            }
        }
    }

    /** Returns the prefix of names that the rule of a projection changes. */
    public static String learned(Projection projection) {
        return ValueNames.prefix(projection, projection.path().size() - 1);
    }

    /** Replaces a value that the rule of a projection changes. */
    public void replace(String name, FloatMatrix value) {
        for (Projection projection : network.projections()) {
            String prefix = learned(projection);
            if (rule(projection) instanceof NaivePlasticity rule && name.startsWith(prefix)) {
                rule.replace(name.substring(prefix.length()), value);
                putLearned(projection, rule);
            }
        }
    }

    private void putLearned(Projection projection, NaivePlasticity rule) {
        String name = learned(projection) + "weight";
        FloatMatrix before = value(name, null);
        values = new HashMap<>(values);
        values.put(name, FloatMatrix.copyOf(before.rows(), before.columns(), rule.weights()));
        connections.remove(learned(projection));
    }

    /** Runs a rule after a step. */
    private void learn(Projection projection, NaivePlasticity rule, int step) {
        Map<Integer, List<boolean[]>> arrived = new HashMap<>();
        rule.step(new NaivePlasticity.Step() {
            @Override
            public boolean in(int sample, int input, int delay) {
                return arrived.computeIfAbsent(delay, _ -> {
                            List<boolean[]> samples = new ArrayList<>();
                            for (int i = 0; i < batch; i++) {
                                Row row = source(projection.source(), step - delay, i);
                                samples.add(Objects.requireNonNull(row.fires));
                            }
                            return samples;
                        })
                        .get(sample)[input];
            }

            @Override
            public boolean out(int sample, int output) {
                return spike(projection.target().name(), step, sample, output);
            }

            @Override
            public float of(String variable, int sample, int output) {
                return value(projection.target().name(), variable, step, sample, output);
            }
        });
        putLearned(projection, rule);
    }

    private NaiveNeurons[] neurons(Population population) {
        boolean fed =
                network.projections().stream().anyMatch(projection -> enters(projection, population, Neuron.FEEDBACK));
        return NaiveNeurons.of(neuron(population), population.shape(), batch, fed);
    }

    /** Returns the model with its current parameters. */
    public Neuron neuron(Population population) {
        return models.computeIfAbsent(population.name(), _ -> present(population));
    }

    private Neuron present(Population population) {
        Map<String, Parameter> present = new HashMap<>();
        for (String name : population.neuron().parameters().keySet()) {
            FloatMatrix found = values.get(population.name() + "." + name);
            if (found != null) {
                present.put(name, Parameter.of(found.toArray()));
            }
        }
        Neuron made = population.neuron().withParameters(present);
        return made instanceof EquationNeuron noisy ? noisy.withSeed(seed(noisy.seed(), population.name())) : made;
    }

    /** Populations draw separate noise, by name. */
    private static long seed(long seed, String name) {
        long own = seed;
        for (int i = 0; i < name.length(); i++) {
            own = CounterRandom.rowKey(own, name.charAt(i), i);
        }
        return own;
    }

    /** Sets values, which define variables before the first step. */
    public NaiveNetwork begin(Map<String, FloatMatrix> present) {
        values = present;
        given = present;
        connections.clear();
        models.clear();
        network.populations().forEach(each -> neurons.put(each.name(), neurons(each)));
        learnAnew();
        return this;
    }

    /** Sets values for the next steps; values without a name keep their declaration. */
    @SuppressWarnings("ReferenceEquality") // the same map means no change
    public void set(Map<String, FloatMatrix> present) {
        if (given == present) {
            return;
        }
        values = present;
        given = present;
        connections.clear();
        models.clear();
        for (Projection projection : network.projections()) {
            if (rule(projection) instanceof NaivePlasticity rule) {
                putLearned(projection, rule);
            }
        }
        for (Population population : network.populations()) {
            NaiveNeurons[] before = of(neurons, population.name());
            NaiveNeurons[] changed = neurons(population);
            for (int sample = 0; sample < batch; sample++) {
                changed[sample].takeState(before[sample]);
            }
            neurons.put(population.name(), changed);
        }
    }

    /** Switches to training. */
    public NaiveNetwork training() {
        training = true;
        return this;
    }

    int steps() {
        return spikes.values().iterator().next().size();
    }

    public void drop(Projection projection, Noise noise) {
        dropouts.put(projection.name(), noise);
    }

    @Nullable
    Noise noise(Projection projection) {
        return dropouts.get(projection.name());
    }

    public boolean spike(String population, int step, int sample, int neuron) {
        return of(spikes, population)
                .get(step)[sample * network.population(population).size() + neuron];
    }

    private static String name(Projection.Source variable) {
        return variable.ofPopulation().orElseThrow().name() + "."
                + variable.ofVariable().orElseThrow();
    }

    /** Returns a variable, or at the name of a port a current; neurons with gates have several. */
    public float value(String population, String variable, int step, int sample, int neuron) {
        float[] all = of(variables, population + "." + variable).get(step);
        return all[sample * (all.length / batch) + neuron];
    }

    /** Returns the fraction of neurons that fire. */
    public double density(String population) {
        long fired = 0;
        long all = 0;
        for (boolean[] step : of(spikes, population)) {
            for (boolean fires : step) {
                fired += fires ? 1 : 0;
                all++;
            }
        }
        return (double) fired / all;
    }

    private static <T> T of(Map<String, T> all, String name) {
        T found = all.get(name);
        if (found == null) {
            throw new AssertionError("there is no " + name);
        }
        return found;
    }

    public void run(int count) {
        int first = steps();
        for (int step = first; step < first + count; step++) {
            for (Population population : NaiveOrder.of(network)) {
                step(population, step);
            }
            for (Projection projection : network.projections()) {
                if (rule(projection) instanceof NaivePlasticity rule) {
                    learn(projection, rule, step);
                }
            }
        }
    }

    private void step(Population population, int step) {
        NaiveNeurons[] samples = of(neurons, population.name());
        for (int sample = 0; sample < batch; sample++) {
            List<String> ports = population.neuron().ports();
            float[][] entering = new float[ports.size()][];
            for (int port = 0; port < entering.length; port++) {
                entering[port] = sum(population, ports.get(port), step, sample);
                if (entering[port] != null) {
                    keep(population, ports.get(port), step, entering[port]);
                }
            }
            samples[sample].step(entering);
        }
        int size = population.size();
        boolean[] fired = new boolean[batch * size];
        for (int sample = 0; sample < batch; sample++) {
            System.arraycopy(samples[sample].fired, 0, fired, sample * size, size);
        }
        of(spikes, population.name()).add(fired);
        float[] unreset = new float[batch * size];
        for (int sample = 0; sample < batch; sample++) {
            System.arraycopy(samples[sample].unreset, 0, unreset, sample * size, size);
        }
        of(variables, population.name() + "." + UNRESET).add(unreset);
        for (String name : samples[0].variables.keySet()) {
            float[] values = new float[batch * size];
            for (int sample = 0; sample < batch; sample++) {
                System.arraycopy(of(samples[sample].variables, name), 0, values, sample * size, size);
            }
            of(variables, population.name() + "." + name).add(values);
        }
    }

    /** Stores the currents of the next sample. */
    private void keep(Population population, String port, int step, float[] currents) {
        List<float[]> steps = variables.computeIfAbsent(population.name() + "." + port, _ -> new ArrayList<>());
        if (steps.size() == step) {
            steps.add(new float[0]);
        }
        float[] before = steps.get(step);
        float[] all = Arrays.copyOf(before, before.length + currents.length);
        System.arraycopy(currents, 0, all, before.length, currents.length);
        steps.set(step, all);
    }

    private static boolean enters(Projection projection, Population population, String port) {
        return projection.target() == population && projection.port().equals(port);
    }

    /** Returns the sum at a port; null without projections. */
    private float @Nullable [] sum(Population population, String port, int step, int sample) {
        float[] sum = null;
        boolean added = false;
        for (Projection projection : network.projections()) {
            if (enters(projection, population, port) && !(added && NaiveSparse.isAlone(projection))) {
                added |= NaiveSparse.isAlone(projection);
                float[] current = NaiveSparse.isAlone(projection)
                        ? ofSynapses(population, port, step, sample)
                        : current(projection, step - projection.delay(), sample);
                for (int i = 0; sum != null && i < sum.length; i++) {
                    current[i] = sum[i] + current[i];
                }
                sum = current;
            }
        }
        return sum;
    }

    /** Returns the sum of all sparse projections into a port: delays ascending. */
    private float[] ofSynapses(Population population, String port, int step, int sample) {
        List<Projection> parts = NaiveSparse.inSum(network, population, port);
        int[] delays = parts.stream()
                .flatMapToInt(each -> Arrays.stream(NaiveSparse.delays(each)))
                .sorted()
                .distinct()
                .toArray();
        float[] sum = new float[population.size() * population.neuron().gates()];
        float quantum = 0;
        for (int delay : delays) {
            for (Projection projection : parts) {
                NaiveSparse own = sparse(projection);
                quantum = own.declared.quantum();
                if (Arrays.binarySearch(NaiveSparse.delays(projection), delay) < 0) {
                    continue; // its source may follow later
                }
                Row row = dropped(projection, source(projection.source(), step - delay, sample), step, sample);
                own.add(row, delay, own.weights(values), sum);
            }
        }
        for (int i = 0; quantum > 0 && i < sum.length; i++) {
            sum[i] *= quantum;
        }
        return sum;
    }

    /** Returns the synapses of a projection, drawn once. */
    NaiveSparse sparse(Projection projection) {
        return drawn.computeIfAbsent(projection.name(), _ -> new NaiveSparse(projection));
    }

    /** Returns the row of a source in a step, as a sparse projection sees it. */
    Row seen(Projection projection, int step, int delay, int sample) {
        return dropped(projection, source(projection.source(), step - delay, sample), step, sample);
    }

    /** Returns the row of a source in a step, zeros before the first step. */
    private Row source(Projection.Source source, int step, int sample) {
        int size = source.shape().size();
        float[] values = new float[size];
        boolean[] fires = new boolean[size];
        Signal given = source instanceof Input ? inputs.of(source.name(), Math.max(step, 0)) : null;
        boolean analog = source.ofVariable().isPresent() || given instanceof FloatMatrix;
        if (step >= 0) {
            switch (source) {
                case Input _ -> {
                    for (int i = 0; i < size; i++) {
                        values[i] = given instanceof FloatMatrix matrix ? matrix.get(sample, i) : 0;
                        fires[i] = given instanceof SpikeMatrix matrix && matrix.get(sample, i);
                    }
                }
                case Population population ->
                    System.arraycopy(of(spikes, population.name()).get(step), sample * size, fires, 0, size);
                case Projection.Source variable ->
                    System.arraycopy(of(variables, name(variable)).get(step), sample * size, values, 0, size);
            }
        }
        Parameter spikeValue =
                source instanceof Population population ? neuron(population).spikeValue() : Parameter.of(1);
        for (int i = 0; !analog && i < size; i++) {
            values[i] = spikeValue.value(i);
        }
        return new Row(values, analog ? null : fires);
    }

    private float[] current(Projection projection, int step, int sample) {
        return plain(rows(projection, step, sample).getLast());
    }

    /** Returns the row of a source, and the output of each connection of a path. */
    List<Row> rows(Projection projection, int step, int sample) {
        return rows(projection, step, sample, projection.path().size());
    }

    /** Returns rows of a frame for all steps, which weight gradients take as values. */
    List<Row> rowsOfFrame(Projection projection, int step, int sample) {
        Row row = new Row(plain(source(projection.source(), step, sample)), null);
        return rows(projection, row, step, sample, projection.path().size());
    }

    /** Returns the outputs of the first connections of a path. */
    private List<Row> rows(Projection projection, int step, int sample, int count) {
        Row row = source(projection.source(), step, sample);
        return rows(projection, dropped(projection, row, step + projection.delay(), sample), step, sample, count);
    }

    /** Returns the norm of the batch in a step of the source, at a place of a path. */
    NaiveBatchNorm batchNorm(Projection projection, int place, int step) {
        List<float[]> all = new ArrayList<>();
        for (int sample = 0; sample < batch; sample++) {
            all.add(rows(projection, step, sample, place).getLast().values);
        }
        BatchNorm declared = (BatchNorm) projection.path().get(place);
        return new NaiveBatchNorm(declared, all, weights(declared, set(projection, place, step)));
    }

    /** Returns the prefix of a batch norm's values in a step of the source. */
    private static String set(Projection projection, int place, int step) {
        String prefix = ValueNames.prefix(projection, place);
        BatchNorm declared = (BatchNorm) projection.path().get(place);
        return declared.steps() == 0 ? prefix : prefix + (step + projection.delay()) + ".";
    }

    private float[] weights(BatchNorm declared, String prefix) {
        if (declared.affine()) {
            return value(prefix + "weight", null).toArray();
        }
        float[] ones = new float[declared.channels()];
        Arrays.fill(ones, declared.gain() > 0 ? (float) declared.gain() : 1);
        return ones;
    }

    private Row normalized(Projection projection, int place, int step, int sample, Row row) {
        BatchNorm declared = (BatchNorm) projection.path().get(place);
        String prefix = set(projection, place, step);
        boolean biased = declared.affine() && declared.steps() == 0;
        float[] bias = biased ? value(prefix + "bias", null).toArray() : new float[declared.channels()];
        if (training) {
            return new Row(batchNorm(projection, place, step).normalized(sample, bias), null);
        }
        float[] weights = weights(declared, prefix);
        FloatMatrix mean = value(prefix + "running_mean", null);
        FloatMatrix variance = value(prefix + "running_var", null);
        float[] values = row.values.clone();
        for (int i = 0; i < values.length; i++) {
            int channel = i / (values.length / declared.channels());
            float inverse = (float) (1 / Math.sqrt((double) variance.get(0, channel) + declared.epsilon()));
            float factor = weights[channel] * inverse;
            float term = Math.fma(-mean.get(0, channel), factor, bias[channel]);
            values[i] = Math.fma(values[i], met(values[i], factor), term);
        }
        return new Row(values, null);
    }

    private List<Row> rows(Projection projection, Row first, int step, int sample, int count) {
        Row row = first;
        List<Row> rows = new ArrayList<>();
        rows.add(row);
        Shape shape = projection.source().shape();
        List<Connection> path = projection.path();
        if (path.isEmpty()) {
            rows.add(new Row(multiply(own(projection), row), null));
        }
        for (int i = 0; i < count; i++) {
            // A dense sum has the order of the rows before the preceding flatten.
            Shape order = i > 0 && path.get(i - 1) instanceof Flatten && isDense(path.get(i))
                    ? before(path, i - 1, projection.source().shape())
                    : shape;
            row = switch (path.get(i)) {
                case Flatten _ -> ValueNames.isLaidOut(projection, i) ? new Row(plain(row), null) : row;
                case BatchNorm _ -> normalized(projection, i, step, sample, row);
                default -> {
                    int greatest = greatest(projection, i);
                    Connection present = present(projection, i);
                    yield greatest > 0 && multipliesBits(present)
                            ? new Row(ofBits(present, row, order, greatest), null)
                            : apply(present, row, order);
                }
            };
            shape = path.get(i).outputShape(shape);
            rows.add(row);
        }
        return rows;
    }

    /** Returns the greatest whole number at the first operator of a path; 0 for other inputs. */
    private static int greatest(Projection projection, int place) {
        boolean isFirst = IntStream.range(0, place)
                .allMatch(i -> projection.path().get(i) instanceof Flatten && !ValueNames.isLaidOut(projection, i));
        return projection
                .source()
                .ofVariable()
                .filter(_ -> isFirst)
                .map(variable -> projection
                        .source()
                        .ofPopulation()
                        .orElseThrow()
                        .neuron()
                        .greatest(variable))
                .orElse(0);
    }

    private static boolean multipliesBits(Connection of) {
        return switch (of) {
            case Dense _, Recurrent _ -> true;
            case Convolution declared -> declared.integers().isEmpty();
            default -> false;
        };
    }

    /** Ones are added from the bias; twos from +0, doubled, and added once; and so on. */
    private static float[] ofBits(Connection connection, Row row, Shape order, int greatest) {
        float[] ones = new float[row.values.length];
        Arrays.fill(ones, 1);
        float[] sum = new float[0];
        for (int unit = 1; unit <= greatest; unit *= 2) {
            int bit = unit;
            boolean[] fires = flags(ones.length, i -> (Math.clamp((int) row.values[i], 0, greatest) & bit) != 0);
            Connection of = unit == 1 ? connection : withoutBias(connection);
            float[] product = apply(of, new Row(ones, fires), order).values;
            for (int i = 0; i < product.length && unit > 1; i++) {
                product[i] = sum[i] + unit * product[i];
            }
            sum = product;
        }
        return sum;
    }

    private static Connection withoutBias(Connection of) {
        return switch (of) {
            case Dense declared -> Dense.of(declared.weights(), FloatMatrix.zeros(1, declared.outputs()));
            case Recurrent declared ->
                new Recurrent(
                        declared.weights(),
                        FloatMatrix.zeros(1, declared.weights().rows()));
            case Convolution declared -> Convolution.of(declared.kernel().withoutBias(), declared.weights());
            default -> throw new AssertionError(of);
        };
    }

    /** Returns a row after dropout, as values. */
    private Row dropped(Projection projection, Row row, int arrival, int sample) {
        Noise noise = noise(projection);
        if (noise == null) {
            return row;
        }
        float[] values = plain(row).clone();
        for (int i = 0; i < values.length; i++) {
            float factor = noise.of(arrival, sample, i);
            values[i] = factor * met(factor, values[i]);
        }
        return new Row(values, null);
    }

    static boolean isDense(Connection connection) {
        return connection instanceof Dense.ByOpenBlas
                || connection instanceof Dense
                || connection instanceof Dense.Integers;
    }

    static Shape before(List<Connection> path, int count, Shape source) {
        Shape shape = source;
        for (int i = 0; i < count; i++) {
            shape = path.get(i).outputShape(shape);
        }
        return shape;
    }

    /** Returns a connection with the network's current values; recurrences have values only in the network. */
    Connection present(Projection projection, int place) {
        Connection declared = projection.path().get(place);
        String prefix = ValueNames.prefix(projection, place);
        boolean recurs = RandomGraph.isRecurrence(projection);
        boolean asBuilt = !values.containsKey(prefix + "weight") && !values.containsKey(prefix + "bias");
        if (!recurs && asBuilt
                || !ConnectionKinds.of(declared).hasValues()
                || declared instanceof BatchNorm
                || declared instanceof Sparse) {
            return declared;
        }
        return connections.computeIfAbsent(prefix, _ -> switch (declared) {
            case Dense dense -> {
                FloatMatrix weights = value(prefix + "weight", dense.weights());
                yield dense.biased() ? Dense.of(weights, value(prefix + "bias", dense.bias())) : Dense.of(weights);
            }
            case Dense.Integers dense -> Dense.integers(dense.weights(), value(prefix + "bias", dense.bias()));
            case Recurrent all ->
                all.biased()
                        ? new Recurrent(value(prefix + "weight", null), value(prefix + "bias", null))
                        : new Recurrent(value(prefix + "weight", null));
            case OneToOne _ -> new OneToOne(value(prefix + "weight", null).toArray());
            case Convolution conv -> present(conv, prefix, recurs);
            default -> throw new AssertionError("no values of " + declared);
        });
    }

    private Connection present(Convolution declared, String prefix, boolean recurs) {
        FloatMatrix bias =
                declared.kernel().biased() ? value(prefix + "bias", recurs ? null : declared.bias()) : declared.bias();
        if (declared.integers().isPresent()) {
            return Convolution.of(declared.kernel(), declared.integers().orElseThrow(), bias);
        }
        FloatMatrix weights = value(prefix + "weight", recurs ? null : declared.weights());
        return declared.kernel().biased()
                ? Convolution.of(declared.kernel(), weights, bias)
                : Convolution.of(declared.kernel(), weights);
    }

    /** Returns the factors of an empty path. */
    Parameter own(Projection projection) {
        FloatMatrix found = values.get(projection.name() + ".weight");
        return found == null ? Parameter.of(1) : Parameter.of(found.toArray());
    }

    /** Returns the current weights of synapses. */
    float[] weightsOf(NaiveSparse sparse) {
        return sparse.weights(values);
    }

    private FloatMatrix value(String name, @Nullable FloatMatrix declared) {
        FloatMatrix found = values.get(name);
        if (found != null) {
            return found;
        }
        return declared != null ? declared : network.weights().get(name);
    }

    private static Row apply(Connection connection, Row row, Shape order) {
        return switch (connection) {
            case Recurrent recurrent -> new Row(recurrent(recurrent, row, order), null);
            case Dense dense -> new Row(dense(dense, row, order), null);
            case Dense.Integers dense -> new Row(integers(dense, row, order), null);
            case Convolution declared -> new Row(new NaiveConvolution(declared, order).currents(row), null);
            case OneToOne own -> new Row(multiply(own.weights(), row), null);
            case OneToOne.Scale scale -> new Row(multiply(Parameter.of(scale.factor()), row), null);
            case Pool pool -> new Row(new NaivePool(pool, order).forward(plain(row)), null);
            case BatchNorm _, Dense.ByOpenBlas _, Flatten _, Psn _, Sparse _ ->
                throw new AssertionError("no plain loop of " + connection);
        };
    }

    /** Returns the values of a row without a connection. */
    static float[] plain(Row row) {
        return row.fires == null ? row.values : multiply(Parameter.of(1), row);
    }

    /** A zero input adds nothing, even for weights that are not finite. */
    static float met(double input, float weight) {
        return input == 0 && !Float.isFinite(weight) ? 0 : weight;
    }

    private static float[] multiply(Parameter weights, Row row) {
        float[] current = new float[row.values.length];
        for (int i = 0; i < current.length; i++) {
            boolean fires = row.fires == null || row.fires[i];
            current[i] = fires ? met(row.values[i], weights.value(i)) * row.values[i] : 0;
        }
        return current;
    }

    private static float[] recurrent(Recurrent declared, Row row, Shape order) {
        float[] current = new float[declared.weights().rows()];
        for (int output = 0; output < current.length; output++) {
            float sum = row.fires == null ? declared.bias().get(0, output) : 0;
            for (int k = 0; k < row.values.length; k++) {
                int i = order.torch(k);
                float weight = declared.weights().get(output, i);
                if (row.fires == null) {
                    sum = Math.fma(row.values[i], met(row.values[i], weight), sum);
                } else if (row.fires[i]) {
                    sum += weight * row.values[i];
                }
            }
            current[output] = row.fires == null ? sum : sum + declared.bias().get(0, output);
        }
        return current;
    }

    private static float[] dense(Dense dense, Row row, Shape order) {
        float[] current = dense.bias().toArray();
        float[] weights = dense.weights().toArray();
        for (int output = 0; output < current.length; output++) {
            int first = output * dense.inputs();
            float sum = current[output];
            if (row.fires == null) {
                for (int k = 0; k < dense.inputs(); k++) {
                    int i = order.torch(k);
                    sum = Math.fma(row.values[i], met(row.values[i], weights[first + i]), sum);
                }
            } else {
                for (int group = 0; group < dense.inputs(); group += 4) {
                    float part = -0.0f;
                    for (int k = group; k < Math.min(group + 4, dense.inputs()); k++) {
                        int i = order.torch(k);
                        part = row.fires[i] ? part + weights[first + i] * row.values[i] : part;
                    }
                    sum += part;
                }
            }
            current[output] = sum;
        }
        return current;
    }

    private static float[] integers(Dense.Integers dense, Row row, Shape order) {
        if (row.fires == null) {
            return dense(Dense.of(dense.weights().widened(), dense.bias()), row, order);
        }
        float[] current = new float[dense.outputs()];
        for (int output = 0; output < current.length; output++) {
            long sum = 0;
            for (int i = 0; i < dense.inputs(); i++) {
                sum += row.fires[i] ? dense.weights().item(output, i) : 0;
            }
            float scale = dense.weights().scale(output) * row.values[0];
            current[output] = dense.bias().get(0, output) + scale * Math.toIntExact(sum);
        }
        return current;
    }
}

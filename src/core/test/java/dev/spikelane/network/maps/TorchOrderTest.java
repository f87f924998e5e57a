package dev.spikelane.network.maps;

import static dev.spikelane.Filled.fill;
import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Classifier;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.Loss;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingBatch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every matrix that enters or leaves the library has torch's order: a network of maps and a network with its neurons in
 * a row show equal values.
 */
@EveryWidth
final class TorchOrderTest {

    static final Shape MAPS = Shape.of(3, 2, 5);
    private static final int SIZE = MAPS.size();
    private static final int STEPS = 12;
    static final int BATCH = 2;

    private static final Pattern ROWS = Pattern.compile("(FloatMatrix|SpikeMatrix|IntegerMatrix|Signal)\\b");

    /** Methods of neurons alone use the inner order of the shape, as their Javadoc says. */
    private static final Set<String> INSIDE = Set.of(
            "Neuron.run",
            "NeuronGroup.record",
            "NeuronGroup.run",
            "Run.membranes",
            "Run.spikes",
            "NeuronState.setPreviousSpikes",
            "NeuronState.window");

    /** Weights and files have separate tests; others delegate to methods here. */
    private static final Set<String> ELSEWHERE = Set.of(
            "Answers.spikes",
            "EarlyExit.learn",
            "Labels.observe",
            "Labels.run",
            "Labels.runConstant",
            "Gradient.elements",
            "Gradient.membranes",
            "Gradient.of",
            "Gradient.ofMembranes",
            "Gradient.ofSpikes",
            "Gradient.spikes",
            "Gradient.withElements",
            "Input.setMembranes",
            "Input.setSpikes",
            "Input.setTargets",
            "ThresholdMargins.of",
            "Network.quantized",
            "Network.spiking",
            "Recording.spikes",
            "SessionPool.recording",
            "Recurrence.allToAll",
            "SessionPool.offer",
            "SessionPool.step",
            "SpikeCounts.observe",
            "SpikeTimes.observe",
            "Steps.run",
            "Surrogate.backward",
            "TrainingBatch.inputs",
            "TrainingBatch.of",
            "TrainingBatch.ofFrame",
            "TrainingBatch.ofFrames",
            "TrainingBatch.targets",
            "TrainingBatch.targetsOf",
            "TrainingBatch.withTargets",
            "Weights.integers",
            "Weights.replaceAll");

    /** What {@link #seen} shows, and how. */
    private static final Map<String, String> DOORS = new LinkedHashMap<>();

    private final Map<String, Signal> shown = new LinkedHashMap<>();

    private void show(String door, String how, Signal rows) {
        DOORS.put(door, how);
        Signal copy = rows instanceof SpikeMatrix spikes
                ? SpikeMatrix.concatenate(spikes)
                : FloatMatrix.concatenate((FloatMatrix) rows);
        shown.put(door + " " + how, copy);
    }

    private static float[] numbers(int seed, float least, float most) {
        Random random = new Random(seed);
        return floats(SIZE, i -> least + random.nextFloat() * (most - least));
    }

    static Network network(Shape shape) {
        NetworkBuilder builder = Network.builder();
        Population first = builder.population(
                "first",
                shape,
                new RLeaky(Recurrence.oneToOne(numbers(1, 0.1f, 0.5f)), numbers(2, 0.5f, 0.9f)).withThreshold(0.4f));
        Population second = builder.population("second", shape, new Synaptic(0.5f, 0.75f).withThreshold(0.3f));
        builder.project("x-first", builder.input("x", shape), first, new OneToOne(numbers(3, 0.2f, 0.9f)));
        builder.project("first-second", first, second, new OneToOne(numbers(4, 0.2f, 0.9f)));
        builder.project("second-second", second, second, new OneToOne(numbers(5, -0.3f, 0.3f)))
                .delay(1);
        return builder.build();
    }

    static SpikeMatrix spikes() {
        return Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, SIZE, 0.5, new Random(6));
    }

    private static FloatMatrix values(int rows, int seed) {
        return Matrices.uniform(Arena.ofAuto(), rows, SIZE, new Random(seed));
    }

    private void simulate(Network network) {
        try (Simulation simulation = network.simulate(BATCH)) {
            var fired = simulation.recordSpikes("first", 2 * STEPS);
            var membranes = simulation.recordMembranes("second", 2 * STEPS);
            var current = simulation.record("first", "current", 2 * STEPS);
            var synapse = simulation.record("second", "synapse", 2 * STEPS);
            var unreset = simulation.recordBeforeReset("first", "membrane", 2 * STEPS);
            var times = simulation.recordSpikeTimes("first");
            SpikeCounts counts = simulation.countSpikes("second");
            simulation.observe("second", new Looking());
            NeuronState held = simulation.state("first");
            simulation.run(spikes());
            show("Simulation.run", "spikes", fired.spikes());
            simulation.run(values(3 * BATCH, 7));
            simulation.runConstant(values(BATCH, 8), 3);
            show("Simulation.runConstant", "values", fired.spikes());
            show("Simulation.step", "output", simulation.step(spikes().rows(0, BATCH)));
            show("NeuronState.membrane", "held from the start", held.membrane());
            show("NeuronState.previousSpikes", "fed back by neurons", held.previousSpikes());
            NeuronState second = simulation.state("second");
            show("NeuronState.previousSpikes", "fed back by a projection", second.previousSpikes());
            show("NeuronState.variable", "after a step", second.variable("synapse"));
            second.variable("synapse").copyFrom(values(BATCH, 9));
            held.membrane().copyFrom(values(BATCH, 10));
            held.previousSpikes().copyFrom(spikes().rows(0, BATCH));
            second.previousSpikes().copyFrom(spikes().rows(BATCH, BATCH));
            simulation.runConstant(spikes().rows(0, BATCH), 2);
            show("NeuronState.variable", "written before a run", membranes.values());
            show("SpikeRecorder.spikes", "of maps", fired.spikes());
            show("SpikeTimes.spikes", "of maps", times.spikes(1));
            show("VariableRecorder.values", "membranes", membranes.values());
            show("VariableRecorder.values", "currents", current.values());
            show("VariableRecorder.values", "a variable", synapse.values());
            show("VariableRecorder.values", "before the reset", unreset.values());
            show("SpikeCounts.perNeuron", "of maps", counts.perNeuron());
            try (Simulation fork = simulation.fork()) {
                fork.run(spikes());
                show("NeuronState.membrane", "of a fork", fork.state("second").membrane());
            }
            simulation.reset();
            show("NeuronState.membrane", "after a reset", held.membrane());
        }
    }

    private void learn(Shape shape) {
        NetworkBuilder builder = Network.builder();
        Population out = builder.population("out", Shape.of(4), new RLeaky(Recurrence.oneToOne(0.5f), 0.9f));
        Dense dense = Dense.linear(SIZE, 4, new TorchRandom(19));
        builder.project("x-out", builder.input("x", shape), out, new Flatten(), dense)
                .plastic(Plasticity.pairStdp());
        try (Simulation simulation = builder.build().simulate(BATCH)) {
            simulation.run(spikes());
            show("Simulation.trace", "of inputs", simulation.trace("x-out", "x"));
        }
    }

    private final class Looking implements Population.Observer {

        @Override
        public boolean needsMembranes() {
            return true;
        }

        @Override
        public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
            show("Observer.observe", "spikes from step " + firstStep, spikes.rows(0, steps * BATCH));
            show("Observer.observe", "membranes from step " + firstStep, membranes.rows(0, steps * BATCH));
        }
    }

    static Gradients gradients(Network network) {
        return Gradients.of(network, STEPS, BATCH)
                .startAtSpikes("second")
                .startAt("second", "membrane")
                .observeSpikes("first")
                .observe("second", "membrane")
                .keep("second", "membrane")
                .learn("first.beta")
                .toInput("x")
                .build();
    }

    private void differentiate(Network network) {
        try (Gradients gradients = gradients(network)) {
            NeuronState first = gradients.state("first");
            first.membrane().copyFrom(values(BATCH, 11));
            gradients.previousSpikes("first").copyFrom(spikes().rows(0, BATCH));
            gradients.previousSpikes("second").copyFrom(spikes().rows(BATCH, BATCH));
            for (Signal input : new Signal[] {spikes(), values(STEPS * BATCH, 12)}) {
                String kind = input instanceof SpikeMatrix ? "spikes" : "values";
                gradients.forward(input);
                gradients.given("second").copyFrom(values(STEPS * BATCH, 13));
                gradients.given("second", "membrane").copyFrom(values(STEPS * BATCH, 14));
                gradients.backward();
                showGradients(gradients, "Gradients.forward", kind);
            }
            gradients.forwardConstant(values(BATCH, 15));
            gradients.backward();
            showGradients(gradients, "Gradients.forwardConstant", "a frame");
        }
    }

    private void showGradients(Gradients gradients, String door, String kind) {
        show(door, kind, gradients.spikes("second"));
        show("Gradients.spikes", "after " + kind, gradients.spikes("first"));
        show("Gradients.values", "after " + kind, gradients.values("second", "membrane"));
        show("Gradients.given", "after " + kind, gradients.given("second"));
        show("Gradients.observed", "of spikes after " + kind, gradients.observed("first"));
        show("Gradients.observed", "of a variable after " + kind, gradients.observed("second", "membrane"));
        show("Gradients.gradient", "of weights after " + kind, gradients.gradient("x-first.weight"));
        show("Gradients.gradient", "of a parameter after " + kind, gradients.gradient("first.beta"));
        show("Gradients.gradientOfInput", "after " + kind, gradients.gradientOfInput("x"));
        show("Gradients.gradientOfState", "after " + kind, gradients.gradientOfState("first", "membrane"));
        show("Gradients.previousSpikes", "after " + kind, gradients.previousSpikes("second"));
        show("Gradients.gradientOfPreviousSpikes", "of neurons after " + kind, of(gradients, "first"));
        show("Gradients.gradientOfPreviousSpikes", "of a projection after " + kind, of(gradients, "second"));
        show(
                "NeuronState.membrane",
                "of gradients after " + kind,
                gradients.state("second").membrane());
    }

    private static FloatMatrix of(Gradients gradients, String population) {
        return gradients.gradientOfPreviousSpikes(population);
    }

    private void train(Network network) {
        TrainingBatch batch = TrainingBatch.withTargets(spikes(), values(STEPS * BATCH, 16));
        try (Trainer trainer = trainer(network).shards(BATCH).build()) {
            trainer.gradients(batch, 1)
                    .gradients()
                    .forEach((name, rows) -> show("ShardGradients.gradients", name, rows));
        }
        try (Trainer trainer = trainer(network)
                .observeSpikes("first")
                .onGradients((_, gradients) -> {
                    show("GradientObserver.accept", "of spikes", gradients.apply("first"));
                    show("GradientObserver.accept", "of weights", gradients.apply("first-second.weight"));
                    return true;
                })
                .build()) {
            trainer.step(batch);
        }
        for (String name : network.weights().names()) {
            show("Weights.get", name, network.weights().get(name));
        }
        network.weights().replace("first.beta", FloatMatrix.vector(numbers(17, 0.1f, 0.9f)));
        try (Simulation simulation = network.simulate(BATCH)) {
            simulation.run(spikes());
            show("Weights.replace", "then membranes", simulation.state("second").membrane());
        }
    }

    private TrainerBuilder trainer(Network network) {
        return Trainer.of(network, STEPS, BATCH)
                .loss("second", new Looked())
                .learn("first.beta")
                .optimizer(new Sgd(0.01));
    }

    /** Shows what a loss reads, and writes values that depend on the place of a neuron. */
    private final class Looked implements Loss {

        @Override
        public String name() {
            return "looked";
        }

        @Override
        public boolean readsSpikes() {
            return true;
        }

        @Override
        public boolean readsMembranes() {
            return true;
        }

        @Override
        public Loss.Computation bind(int steps, int batch, int outputs) {
            return (input, _, _, gradient, _) -> {
                show("Input.spikes", "of all steps", input.spikes());
                show("Input.membranes", "of all steps", input.membranes());
                show("Input.targets", "of all steps", input.targets());
                gradient.membranes().orElseThrow().copyFrom(input.targets());
                gradient.spikes().orElseThrow().copyFrom(values(steps * batch, 18));
            };
        }
    }

    private Map<String, Signal> seen(Shape shape) {
        shown.clear();
        Network network = network(shape);
        simulate(network);
        learn(shape);
        differentiate(network);
        train(network);
        SpikeMatrix sample = spikes().sample(1, BATCH);
        Classifier classifier = Classifier.of(Model.of(network)).steps(STEPS).decoding(Decoding.COUNT);
        Classifier.Result found = classifier.classify(sample);
        FloatMatrix shares = fill(FloatMatrix.zeros(1, SIZE), i -> (float) found.probability(i));
        show("Classifier.classify", "probabilities", shares);
        return new LinkedHashMap<>(shown);
    }

    @Test
    void mapsShowWhatARowShows() {
        Map<String, Signal> row = seen(Shape.of(SIZE));
        Map<String, Signal> maps = seen(MAPS);
        assertEquals(row.keySet(), maps.keySet());
        Set<String> alike = new TreeSet<>();
        row.forEach((what, rows) -> {
            Signal other = maps.get(what);
            if (rows instanceof SpikeMatrix spikes) {
                Matrices.assertSameBits(spikes, (SpikeMatrix) other, what);
            } else {
                Matrices.assertSameBits((FloatMatrix) rows, (FloatMatrix) other, what);
            }
            if (!what.endsWith("after a reset") && !tellsOrdersApart(rows)) {
                alike.add(what);
            }
        });
        assertEquals(Set.of(), alike, "matrices that look the same in either order");
    }

    /** Returns true if rows differ in the inner order; otherwise the test could not fail. */
    private static boolean tellsOrdersApart(Signal rows) {
        if (rows.columns() != SIZE) {
            return rows.columns() == 1;
        }
        if (rows instanceof SpikeMatrix spikes) {
            SpikeMatrix inside = SpikeMatrix.zeros(spikes.rows(), SIZE);
            MAPS.toInside(spikes, 0, inside, 0, spikes.rows());
            return !Arrays.equals(inside.toArray(), spikes.toArray());
        }
        FloatMatrix inside = FloatMatrix.zeros(rows.rows(), SIZE);
        MAPS.toInside((FloatMatrix) rows, 0, inside, 0, rows.rows());
        return !Arrays.equals(inside.toArray(), ((FloatMatrix) rows).toArray());
    }

    /** Each method with rows of neurons is in this test. */
    @Test
    void eachMethodWithRowsIsTriedOrSaysOtherwise() throws URISyntaxException, IOException, ClassNotFoundException {
        seen(MAPS);
        Set<String> unknown = new TreeSet<>();
        Set<String> found = new TreeSet<>();
        for (String room : List.of("network", "session", "train", "neuron", "model")) {
            for (Class<?> type : types(room)) {
                for (Method method : type.getDeclaredMethods()) {
                    String name = type.getSimpleName() + "." + method.getName();
                    if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic() && hasRows(method)) {
                        found.add(name);
                        if (!DOORS.containsKey(name) && !INSIDE.contains(name) && !ELSEWHERE.contains(name)) {
                            unknown.add(name);
                        }
                    }
                }
            }
        }
        assertEquals(Set.of(), unknown, "methods with matrices that this test does not know");
        Set<String> gone = new TreeSet<>(ELSEWHERE);
        gone.addAll(INSIDE);
        gone.removeAll(found);
        assertEquals(Set.of(), gone, "methods that are there no more");
    }

    private static List<Class<?>> types(String room) throws URISyntaxException, IOException, ClassNotFoundException {
        Path classes = Path.of(Network.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Class<?>> types = new ArrayList<>();
        try (Stream<Path> files = Files.list(classes.resolve(Path.of("dev", "spikelane", room)))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".class")).toList()) {
                String name = file.getFileName().toString().replaceFirst("\\.class$", "");
                if (!name.endsWith("-info")) {
                    types.add(Class.forName("dev.spikelane." + room + "." + name));
                }
            }
        }
        types.removeIf(type -> !isPublic(type));
        assertTrue(types.size() > 5, types.toString());
        return types;
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    private static boolean hasRows(Method method) {
        return Stream.concat(Stream.of(method.getGenericReturnType()), Arrays.stream(method.getGenericParameterTypes()))
                .anyMatch(type -> ROWS.matcher(type.getTypeName()).find());
    }
}

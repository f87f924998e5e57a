package dev.spikelane.network.graph;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.equation.Zoo;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.io.NirFile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.CExport;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.model.NirModel;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.naive.NaiveNetwork;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Uses the additions of {@link RecipesTest} to a copy of the library. */
final class RecipeRun {

    private static final int STEPS = 10;
    private static final int SAMPLES = 8;
    private static final int GRAPHS = 4;

    private RecipeRun() {}

    /**
     * Returns results of a network with {@code Negate}, and of one with {@code Scale(-1)}, whose numbers are equal, by
     * the name of the trial.
     */
    static Map<String, List<String>> connection() throws ReflectiveOperationException {
        Connection negate = (Connection) Class.forName("dev.spikelane.connection.Negate")
                .getConstructor()
                .newInstance();
        Map<String, List<String>> results = new TreeMap<>();
        for (Connection each : List.of(negate, OneToOne.scale(-1))) {
            add(results, network(each, new Leaky(0.9)), "negate");
        }
        addGraphs(
                results,
                network -> network.projections().stream()
                        .anyMatch(projection -> projection.path().contains(negate)));
        return results;
    }

    /** Returns results of a network of {@code Integrator}, and of one of {@code Leaky}, whose numbers are equal. */
    static Map<String, List<String>> type() throws ReflectiveOperationException {
        Neuron integrator = (Neuron) Class.forName("dev.spikelane.neuron.Integrator")
                .getConstructor(Parameter.class)
                .newInstance(Parameter.of(0.5f));
        Map<String, List<String>> results = new TreeMap<>();
        for (Neuron each : List.of(integrator, new Leaky(1f).withThreshold(0.5))) {
            add(results, network(OneToOne.scale(1), each), "Integrator");
        }
        addGraphs(
                results,
                network -> network.populations().stream()
                        .anyMatch(population -> population.neuron().getClass() == integrator.getClass()));
        return results;
    }

    private static void add(Map<String, List<String>> results, Network network, String name) {
        add(results, "run", run(network));
        add(results, "C", CExport.of(network).withValues(true).text().replaceAll("(?m)^ *//.*|/\\*.*\\*/", ""));
        try {
            add(results, "NIR", nir(NirModel.export(Model.of(network), 1e-4).graph()));
        } catch (IllegalArgumentException refused) {
            add(results, "NIR", refused.getMessage());
        }
        add(results, "train", train(network));
        byte[] saved = ModelFile.toBytes(network);
        String text = new String(saved, StandardCharsets.ISO_8859_1);
        add(results, "saved", String.valueOf(text.contains(name)));
        add(results, "read", run(ModelFile.of(saved)));
    }

    private static void addGraphs(Map<String, List<String>> results, Predicate<Network> isIn) {
        for (int seed = 0; seed < GRAPHS; seed++) {
            add(results, "graphs", String.valueOf(isInGraph(isIn, seed)));
            if (isIn(isIn, seed, true)) {
                new RandomGradientsProperties().graphsHaveTheGradientsThatTheInterpreterSays(SAMPLES, STEPS, seed);
                add(results, "gradients", "true");
            }
        }
    }

    /**
     * Returns results of a network with the text, and of a plain loop or of the network after it was saved and read.
     */
    static Map<String, List<String>> neuron() {
        Map<String, List<String>> results = new TreeMap<>();
        EquationNeuron integrator = EquationNeuron.of(Zoo.text("integrator"));
        Network network =
                Network.builder(6).connect(OneToOne.scale(1)).neuron(integrator).build();
        try (Simulation simulation = network.simulate(SAMPLES)) {
            Population.VariableRecorder membranes = simulation.recordMembranes("lif1", STEPS);
            simulation.runConstant(input(), STEPS);
            add(results, "run", Arrays.toString(membranes.values().toArray()));
        }
        float[] input = input().toArray();
        float[] expected = new float[STEPS * input.length];
        for (int i = 0; i < expected.length; i++) {
            float charged = (i < input.length ? 0 : expected[i - input.length]) + input[i % input.length];
            expected[i] = charged > 0.5f ? charged - 0.5f : charged;
        }
        add(results, "run", Arrays.toString(expected));
        add(results, "C", CExport.of(network).withValues(true).text());
        try {
            add(results, "NIR", nir(NirModel.export(Model.of(network), 1e-4).graph()));
        } catch (IllegalArgumentException refused) {
            add(results, "NIR", refused.getMessage());
        }
        Network learning = network(OneToOne.scale(1), integrator);
        add(results, "read", run(learning));
        add(results, "train", train(learning));
        add(results, "read", run(learning));
        add(results, "read", run(ModelFile.of(ModelFile.toBytes(learning))));
        return results;
    }

    /** Compares a random graph that has the addition with plain loops. */
    private static boolean isInGraph(Predicate<Network> isIn, long seed) {
        if (isIn(isIn, seed, false)) {
            try (Arena arena = Arena.ofShared()) {
                RandomGraph graph = new RandomGraph(arena, SAMPLES, STEPS, seed);
                NaiveNetwork expected = new NaiveNetwork(graph.network, graph.inputs, SAMPLES);
                expected.run(STEPS);
                new GraphRun(graph, expected, GraphRun.Recorders.values()[0], seed).run();
                return true;
            }
        }
        return false;
    }

    private static boolean isIn(Predicate<Network> isIn, long seed, boolean learns) {
        try (Arena arena = Arena.ofShared()) {
            return isIn.test(new RandomGraph(arena, SAMPLES, STEPS, seed, learns).network);
        }
    }

    private static void add(Map<String, List<String>> results, String tried, String result) {
        results.computeIfAbsent(tried, _ -> new ArrayList<>()).add(result);
    }

    /** It is before values, before spikes, and after a product. */
    private static Network network(Connection connection, Neuron neuron) {
        TorchRandom random = new TorchRandom(1);
        return Network.builder(6)
                .connect(connection)
                .dense(70, random)
                .neuron(neuron)
                .connect(connection)
                .dense(4, random)
                .connect(connection)
                .neuron(neuron)
                .build();
    }

    private static FloatMatrix input() {
        return new TorchRandom(2).rand(SAMPLES, 6);
    }

    private static String run(Network network) {
        try (Simulation simulation = network.simulate(SAMPLES)) {
            Population.SpikeRecorder hidden = simulation.recordSpikes("lif1", STEPS);
            Population.VariableRecorder membranes = simulation.recordMembranes("lif2", STEPS);
            simulation.runConstant(input(), STEPS);
            SpikeMatrix spikes = hidden.spikes();
            return spikes.count() + " spikes, "
                    + Arrays.toString(membranes.values().toArray());
        }
    }

    private static String train(Network network) {
        int[] labels = {0, 1, 2, 3, 0, 1, 2, 3};
        try (Trainer trainer = Trainers.of(network, STEPS, SAMPLES, CrossEntropyLoss.count(), new Sgd(0.1))) {
            StringBuilder losses = new StringBuilder();
            for (int i = 0; i < 5; i++) {
                losses.append(trainer.step(TrainingBatch.ofFrame(input(), labels)))
                        .append(' ');
            }
            return losses + Arrays.toString(network.weights().get("fc1.weight").toArray());
        }
    }

    private static String nir(NirFile.Graph graph) {
        List<String> nodes = new ArrayList<>();
        graph.nodes()
                .forEach((name, node) -> nodes.add(name + " " + node.type()
                        + (node.type().equals("Scale") ? Arrays.toString(node.numbers("scale")) : "")));
        return nodes + " " + graph.edges();
    }
}

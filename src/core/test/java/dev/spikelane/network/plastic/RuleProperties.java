package dev.spikelane.network.plastic;

import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Filled;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.network.naive.NaiveNetwork;
import dev.spikelane.neuron.EquationNeuron;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Weights and variables of a rule equal a plain interpreter bit for bit, through snapshots, resets and forks. */
@EveryWidth
final class RuleProperties extends KernelCase {

    private static final int STEPS = 16;

    /** Has lines of all kinds. */
    private static final String TEXT = """
            rule Naive
            param up = 0.5, down = 0.25
            modulator reward = 0.125
            state synapse e = 0.25
            state pre z = 2                   # between 1 and 2
            trace pre x tau = 3
            trace post y tau = 5 nearest behind
            each step
            z = pre ? 2 : 1 + 0.5 * (z - 1)
            on pre
            w += -down * w * y
            part = y - w
            e += part * z
            on post
            w += up * x * (1 - w)
            e += e * x
            on pre z < 1.2                    # silent for three steps
            e += 0.125 * y
            each step
            w = w + reward * e
            e = 0.75 * e
            bounds -0.5, 1
            """;

    /** Ends with a block of outputs, for which others wait. */
    private static final String LAST = """
            rule Last
            state synapse e = 0.25
            trace pre x tau = 3
            trace post y tau = 5 behind
            on pre
            w += -0.25 * w * y
            e += y
            on post y > 0.9
            e += x
            on post
            w += 0.5 * x * (1 - w)
            bounds -0.5, 1
            """;

    @Property(tries = 24, edgeCases = EdgeCasesMode.NONE)
    void rulesHaveTheBitsOfTheInterpreter(@UpTo(3) int batch, @ZeroTo(2) int delay, @ForAll long seed) {
        Random random = new Random(seed);
        boolean dense = random.nextBoolean();
        boolean maps = dense && random.nextBoolean();
        Kernel kernel = maps ? Kernel.of(3, 2) : dense ? Kernel.of(1) : kernel(random);
        int channels = kernel.groups() * (1 + random.nextInt(dense && !maps ? 140 : 4));
        int places = kernel.y().size() * kernel.x().size();
        int made = kernel.groups() * (1 + random.nextInt(random.nextBoolean() ? 5 : 140));
        FloatMatrix weights = withinBounds(Matrices.uniform(arena, made, channels / kernel.groups() * places, random));
        Connection learned = dense ? Dense.of(weights) : Convolution.of(kernel.withoutBias(), weights);
        Shape from = maps
                ? Shape.of(channels, 3, 2)
                : dense ? Shape.of(channels) : Shape.of(channels, 5 + random.nextInt(5), 5 + random.nextInt(5));
        Shape to = dense ? Shape.of(made) : learned.outputShape(from);
        Connection[] path = maps ? new Connection[] {new Flatten(), learned} : new Connection[] {learned};
        Network network = LearningNetwork.of(from, to, Plasticity.of(TEXT), delay, path);
        Map<String, Signal> inputs = new HashMap<>();
        inputs.put("x", Matrices.spikes(arena, STEPS * batch, from.size(), random.nextDouble(), random));
        inputs.put("told", Matrices.spikes(arena, STEPS * batch, to.size(), random.nextDouble(), random));
        compare(network, inputs, batch, random, learned + ", batch " + batch + ", delay " + delay + ", seed " + seed);
    }

    /** Inside loops and outside. */
    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void rulesOfSynapsesHaveTheBitsOfTheInterpreter(@UpTo(3) int batch, @ZeroTo(2) int delay, @ForAll long seed) {
        Random random = new Random(seed);
        boolean own = random.nextInt(3) == 0;
        boolean inside = !own && random.nextBoolean();
        Shape target = shape(random);
        Shape source = own ? target : shape(random);
        int ofProjection = own ? Math.max(1, delay) : delay;
        List<LearningNetwork.Edge> edges = edges(source.size(), target.size(), random);
        float[] weights = floats(edges.size(), i -> random.nextFloat() - 0.5f);
        Map<String, Signal> inputs = new HashMap<>();
        inputs.put("told", Matrices.spikes(arena, STEPS * batch, target.size(), random.nextDouble() * 0.7, random));
        NetworkBuilder builder = Network.builder();
        Input told = builder.input("told", target);
        Population p = builder.population("p", target, EquationNeuron.of(LearningNetwork.TOLD));
        builder.project("told-p", told, p, new OneToOne(1)).port("told");
        if (!own) {
            inputs.put("x", Matrices.spikes(arena, STEPS * batch, source.size(), random.nextDouble() * 0.7, random));
        }
        Projection.Source from = own ? p : builder.input("x", source);
        builder.project("x-p", from, p, LearningNetwork.sparse(source.size(), target, edges, weights))
                .plastic(Plasticity.of(TEXT))
                .delay(ofProjection);
        if (inside) {
            builder.project("p-p", p, p, Sparse.of(Connectivity.oneToOne()).weights(0))
                    .delay(1);
        }
        String what = edges.size() + " edges, own " + own + ", inside " + inside + ", batch " + batch + ", delay "
                + ofProjection + ", seed " + seed;
        compare(builder.build(), inputs, batch, random, what);
    }

    private static void compare(Network network, Map<String, Signal> inputs, int batch, Random random, String what) {
        NaiveNetwork expected = new NaiveNetwork(network, inputs, batch);
        expected.run(STEPS);
        try (Simulation first = network.simulate(batch, 1 + random.nextInt(2));
                Simulation second = network.simulate(batch);
                Simulation third = network.simulate(batch)) {
            int half = 1 + random.nextInt(STEPS - 1);
            run(first, inputs, 0, half);
            run(second, inputs, STEPS - half, half); // another state, which must be replaced
            second.restore(SimulationState.of(first.snapshot().toBytes()));
            run(third, inputs, 0, STEPS); // a reset keeps only the weights
            third.reset();
            third.plasticWeights().replace("x-p.weight", network.weights().get("x-p.weight"));
            run(third, inputs, 0, half);
            try (Simulation fork = first.fork()) {
                Map<String, Simulation> all = Map.of("first", first, "restored", second, "reset", third, "fork", fork);
                all.forEach((which, each) -> {
                    run(each, inputs, half, STEPS - half);
                    String at = which + " after " + half + ", " + what;
                    expected.assertLearned(each, STEPS - 1, at);
                    float[] membranes = each.state("p").membrane().toArray();
                    for (int i = 0; i < membranes.length; i++) {
                        int size = membranes.length / batch;
                        assertEquals(expected.value("p", "membrane", STEPS - 1, i / size, i % size), membranes[i], at);
                    }
                });
            }
        }
    }

    private static void run(Simulation simulation, Map<String, Signal> inputs, int firstStep, int steps) {
        int batch = simulation.batch();
        Map<String, Signal> rows = new HashMap<>();
        inputs.forEach((name, all) -> rows.put(name, all.rows(firstStep * batch, steps * batch)));
        simulation.run(rows);
    }

    private static Shape shape(Random random) {
        return random.nextInt(3) == 0
                ? Shape.of(1 + random.nextInt(3), 1 + random.nextInt(5), 1 + random.nextInt(5))
                : Shape.of(1 + random.nextInt(random.nextBoolean() ? 8 : 200));
    }

    /** Sorted by source, delay and target, like values in files; some pairs have several synapses. */
    private static List<LearningNetwork.Edge> edges(int sources, int targets, Random random) {
        List<LearningNetwork.Edge> edges = new ArrayList<>();
        int longest = random.nextInt(4);
        double share = Math.min(1, 40.0 * random.nextDouble() / sources);
        for (int from = 0; from < sources; from++) {
            for (int to = 0; to < targets; to++) {
                for (int i = 0; i < 2; i++) {
                    if (random.nextDouble() < share / (1 + 9 * i)) {
                        edges.add(new LearningNetwork.Edge(from, to, random.nextInt(longest + 1)));
                    }
                }
            }
        }
        if (edges.isEmpty()) {
            edges.add(new LearningNetwork.Edge(0, targets - 1, 0));
        }
        edges.sort(Comparator.comparingInt(LearningNetwork.Edge::source)
                .thenComparingInt(LearningNetwork.Edge::delay)
                .thenComparingInt(LearningNetwork.Edge::target));
        return edges;
    }

    @Property(tries = 12, edgeCases = EdgeCasesMode.NONE)
    void theLastBlockOfOutputsChangesWhatItDoesWhenABlockFollows(@UpTo(2) int batch, @ForAll long seed) {
        Random random = new Random(seed);
        int from = 1 + random.nextInt(200);
        int to = 1 + random.nextInt(140);
        Connection learned = Dense.of(withinBounds(Matrices.uniform(arena, to, from, random)));
        SpikeMatrix inputs = Matrices.spikes(arena, STEPS * batch, from, random.nextDouble(), random);
        SpikeMatrix outputs = Matrices.spikes(arena, STEPS * batch, to, random.nextDouble(), random);
        String silent = LAST.replace("bounds", "on pre x < -1\nw += 1\nbounds");
        try (Simulation last = LearningNetwork.of(Shape.of(from), learned, Plasticity.of(LAST), 0)
                        .simulate(batch);
                Simulation followed = LearningNetwork.of(Shape.of(from), learned, Plasticity.of(silent), 0)
                        .simulate(batch)) {
            for (int step = 0; step < STEPS; step++) {
                for (Simulation each : List.of(last, followed)) {
                    LearningNetwork.run(each, inputs, outputs, step, 1);
                }
                for (String each : List.of("x-p.weight", "x-p.e")) {
                    assertArrayEquals(
                            followed.plasticWeights().get(each).toArray(),
                            last.plasticWeights().get(each).toArray(),
                            each + " behind step " + step + ", batch " + batch + ", seed " + seed);
                }
            }
        }
    }

    private static FloatMatrix withinBounds(FloatMatrix weights) {
        return Filled.fill(weights, (row, column) -> 0.5f * weights.get(row, column));
    }

    private static Kernel kernel(Random random) {
        return Kernel.of(1 + random.nextInt(3), 1 + random.nextInt(3))
                .withStride(1 + random.nextInt(2), 1 + random.nextInt(2))
                .withPadding(random.nextInt(2), random.nextInt(2))
                .withDilation(1 + random.nextInt(2), 1 + random.nextInt(2))
                .withGroups(1 + random.nextInt(2));
    }
}

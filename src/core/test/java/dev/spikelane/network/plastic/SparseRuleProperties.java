package dev.spikelane.network.plastic;

import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
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

/** A rule along synapses with delays has the bits of plain loops, inside a loop and outside, through states too. */
@EveryWidth
final class SparseRuleProperties extends KernelCase {

    private static final int STEPS = 16;

    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void rulesHaveTheBitsOfPlainLoops(@UpTo(3) int batch, @ZeroTo(2) int delay, @ForAll long seed) {
        Random random = new Random(seed);
        boolean own = random.nextInt(3) == 0;
        boolean inside = own || random.nextBoolean();
        Shape target = shape(random);
        Shape source = own ? target : shape(random);
        int shortest = own ? Math.max(1, delay) : delay;
        List<NaiveSynapses.Edge> edges = edges(source.size(), target.size(), shortest, random);
        float[] weights = floats(edges.size(), i -> random.nextFloat() - 0.5f);
        SpikeMatrix outputs = Matrices.spikes(arena, STEPS * batch, target.size(), random.nextDouble() * 0.7, random);
        SpikeMatrix inputs =
                own ? outputs : Matrices.spikes(arena, STEPS * batch, source.size(), random.nextDouble() * 0.7, random);
        Network network = network(source, target, edges, weights, shortest, own, inside);
        NaiveSynapses naive = new NaiveSynapses(
                edges,
                weights,
                edges.stream().mapToInt(NaiveSynapses.Edge::delay).min().orElseThrow(),
                batch,
                inputs,
                outputs);
        String what = edges.size() + " edges, own " + own + ", inside " + inside + ", batch " + batch + ", delay "
                + shortest + ", seed " + seed;
        try (Simulation first = network.simulate(batch, 1 + random.nextInt(2));
                Simulation second = network.simulate(batch);
                Simulation third = network.simulate(batch)) {
            int half = 1 + random.nextInt(STEPS - 1);
            run(first, own, inputs, outputs, 0, half);
            run(second, own, inputs, outputs, STEPS - half, half); // something else, which must go
            second.restore(SimulationState.of(first.snapshot().toBytes()));
            run(third, own, inputs, outputs, 0, STEPS); // what a reset forgets, but for weights
            third.reset();
            third.plasticWeights().replace("x-p.weight", network.weights().get("x-p.weight"));
            run(third, own, inputs, outputs, 0, half);
            try (Simulation fork = first.fork()) {
                for (int step = 0; step < STEPS; step++) {
                    naive.step(step);
                }
                for (Simulation each : new Simulation[] {first, second, third, fork}) {
                    run(each, own, inputs, outputs, half, STEPS - half);
                    String which = each.equals(first)
                            ? "first"
                            : each.equals(second) ? "restored" : each.equals(third) ? "reset" : "fork";
                    assertSame(naive, each, source, target, which + " after " + half + ", " + what);
                }
            }
        }
    }

    private static Shape shape(Random random) {
        return random.nextInt(3) == 0
                ? Shape.of(1 + random.nextInt(3), 1 + random.nextInt(5), 1 + random.nextInt(5))
                : Shape.of(1 + random.nextInt(random.nextBoolean() ? 8 : 200));
    }

    /** Sorted by source, delay and target, as values of files are; some neurons are connected several times. */
    private static List<NaiveSynapses.Edge> edges(int sources, int targets, int shortest, Random random) {
        List<NaiveSynapses.Edge> edges = new ArrayList<>();
        int longest = random.nextInt(4);
        double share = Math.min(1, 40.0 * random.nextDouble() / sources);
        for (int from = 0; from < sources; from++) {
            for (int to = 0; to < targets; to++) {
                for (int i = 0; i < 2; i++) {
                    if (random.nextDouble() < share / (1 + 9 * i)) {
                        int steps = shortest + random.nextInt(longest + 1);
                        edges.add(new NaiveSynapses.Edge(from, to, steps));
                    }
                }
            }
        }
        if (edges.isEmpty()) {
            edges.add(new NaiveSynapses.Edge(0, targets - 1, shortest));
        }
        edges.sort(Comparator.comparingInt(NaiveSynapses.Edge::source)
                .thenComparingInt(NaiveSynapses.Edge::delay)
                .thenComparingInt(NaiveSynapses.Edge::target));
        return edges;
    }

    static Sparse sparse(int sources, Shape target, List<NaiveSynapses.Edge> edges, float[] weights, int ofProjection) {
        int[] starts = new int[sources + 1];
        int[] targets = new int[edges.size()];
        float[] delays = new float[edges.size()];
        for (int i = 0; i < targets.length; i++) {
            starts[edges.get(i).source() + 1]++;
            targets[i] = edges.get(i).target();
            delays[i] = edges.get(i).delay() - ofProjection;
        }
        for (int i = 0; i < sources; i++) {
            starts[i + 1] += starts[i];
        }
        return Sparse.of(Connectivity.csr(starts, targets))
                .weights(Distribution.list(weights))
                .delays(Distribution.list(delays))
                .to(target);
    }

    private static Network network(
            Shape source,
            Shape target,
            List<NaiveSynapses.Edge> edges,
            float[] weights,
            int delay,
            boolean own,
            boolean inside) {
        NetworkBuilder builder = Network.builder();
        Input told = builder.input("told", target);
        Population p = builder.population("p", target, EquationNeuron.of(LearningNetwork.TOLD));
        builder.project("told-p", told, p, new OneToOne(1)).port("told");
        Projection.Source from = own ? p : builder.input("x", source);
        builder.project("x-p", from, p, sparse(source.size(), target, edges, weights, delay))
                .plastic(Plasticity.of(NaiveRule.TEXT))
                .delay(delay);
        if (inside && !own) {
            builder.project("p-p", p, p, Sparse.of(Connectivity.oneToOne()).weights(0))
                    .delay(1);
        }
        return builder.build();
    }

    private static void run(
            Simulation simulation, boolean own, SpikeMatrix inputs, SpikeMatrix outputs, int firstStep, int steps) {
        int batch = simulation.batch();
        Map<String, SpikeMatrix> given = new HashMap<>();
        given.put("told", outputs.rows(firstStep * batch, steps * batch));
        if (!own) {
            given.put("x", inputs.rows(firstStep * batch, steps * batch));
        }
        simulation.run(given);
    }

    private static void assertSame(
            NaiveSynapses naive, Simulation simulation, Shape source, Shape target, String what) {
        assertArrayEquals(
                naive.weights, simulation.plasticWeights().get("x-p.weight").toArray(), "weights, " + what);
        assertArrayEquals(naive.e, simulation.plasticWeights().get("x-p.e").toArray(), "e, " + what);
        assertArrayEquals(naive.x(), simulation.trace("x-p", "x").toArray(), "x, " + what);
        assertArrayEquals(naive.y, simulation.trace("x-p", "y").toArray(), "y, " + what);
        if (source.rank() == 1 && target.rank() == 1) { // else sources are summed in another order
            assertArrayEquals(naive.membranes, simulation.state("p").membrane().toArray(), "membranes, " + what);
        }
    }
}

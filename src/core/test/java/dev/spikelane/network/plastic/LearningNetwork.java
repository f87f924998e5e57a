package dev.spikelane.network.plastic;

import static dev.spikelane.Filled.floats;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.EquationNeuron;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A learning projection between given spikes on both sides. */
final class LearningNetwork {

    /** Neurons that fire exactly at one input, and add up their current. */
    static final String TOLD = """
            neuron Told
            state v
            input current, told
            v = 0.5 * v + current
            spike told > 0.5
            """;

    /** A synapse, and its delay beside the projection's. */
    record Edge(int source, int target, int delay) {}

    private LearningNetwork() {}

    /** Returns synapses sorted by source. */
    static Sparse sparse(int sources, Shape target, List<Edge> edges, float[] weights) {
        int[] starts = new int[sources + 1];
        edges.forEach(edge -> starts[edge.source + 1]++);
        Arrays.parallelPrefix(starts, Integer::sum);
        int[] targets = edges.stream().mapToInt(Edge::target).toArray();
        return Sparse.of(Connectivity.csr(starts, targets))
                .weights(Distribution.list(weights))
                .delays(Distribution.list(floats(targets.length, i -> edges.get(i).delay)))
                .to(target);
    }

    static Network of(Shape source, Connection learned, Plasticity rule, int delay) {
        return of(source, learned.outputShape(source), rule, delay, learned);
    }

    static Network of(Shape source, Shape target, Plasticity rule, int delay, Connection... learned) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", source);
        Input told = builder.input("told", target);
        Population p = builder.population("p", target, EquationNeuron.of(TOLD));
        builder.project("x-p", x, p, learned).plastic(rule).delay(delay);
        builder.project("told-p", told, p, new OneToOne(1)).port("told");
        return builder.build();
    }

    static void run(Simulation simulation, SpikeMatrix inputs, SpikeMatrix outputs, int firstStep, int steps) {
        int batch = simulation.batch();
        simulation.run(Map.of(
                "x", inputs.rows(firstStep * batch, steps * batch),
                "told", outputs.rows(firstStep * batch, steps * batch)));
    }
}

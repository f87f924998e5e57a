package dev.spikelane.network.graph;

import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.naive.NaiveNetwork;
import dev.spikelane.neuron.Leaky;
import org.junit.jupiter.api.Test;

/** On the class path, without the module of the Vector API. */
final class NetworkFallbackTest extends KernelCase {

    /** By hand: 0.5 or 0.75 for each of two inputs, half of the membrane remains, threshold 1. */
    @Test
    void aNetworkGivesTheValuesOfItsEquation() {
        Network network = Networks.of(
                arena,
                2,
                by(Dense.of(arena, FloatMatrix.copyOf(arena, 1, 2, new float[] {0.5f, 0.75f})), new Leaky(0.5f)));
        try (Simulation simulation = network.simulate(1)) {
            Population.SpikeRecorder spikes = simulation.recordSpikes(0, 4);
            Population.VariableRecorder membranes = simulation.recordMembranes(0, 4);
            simulation.run(SpikeMatrix.copyOf(arena, 4, 2, new byte[] {1, 0, 1, 1, 0, 1, 0, 0}));
            assertArrayEquals(
                    new float[] {0.5f, 1.5f, 0.5f, 0.25f}, membranes.values().toArray());
            assertArrayEquals(new byte[] {0, 1, 0, 0}, spikes.spikes().toArray());
        }
    }

    @Test
    void randomGraphsDoWhatTheInterpreterSays() {
        for (int seed = 0; seed < 20; seed++) {
            RandomGraph graph = new RandomGraph(arena, 3, 6, seed);
            NaiveNetwork expected = new NaiveNetwork(graph.network, graph.inputs, 3);
            expected.run(6);
            new GraphRun(graph, expected, GraphRun.Recorders.SPIKES_AND_MEMBRANES, seed).run();
        }
    }
}

package dev.spikelane.model;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Source;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Other formats refuse networks of synapses by name; model files store them. */
final class SparseModelTest {

    private static final int NEURONS = 90;
    private static final int EDGES = 700;

    /** Edges and numbers as lists, or drawn. */
    private static Network network(boolean listed) {
        Sparse loop = Sparse.of(
                        listed
                                ? Connectivity.of(
                                        IntStream.range(0, EDGES)
                                                .map(i -> i * 7 % NEURONS)
                                                .toArray(),
                                        IntStream.range(0, EDGES)
                                                .map(i -> i * 11 % NEURONS)
                                                .toArray())
                                : Connectivity.probability(0.1).withoutSelf())
                .weights(listed ? Distribution.list(numbers(0.01f)) : Distribution.logNormal(-3, 0.5))
                .delays(
                        listed
                                ? Distribution.list(numbers(0))
                                : Distribution.normal(4, 2).clipped(1, 9));
        NetworkBuilder builder = Network.builder();
        Population drive = builder.population("drive", Shape.of(NEURONS), Source.poisson(200, 1));
        Population cells = builder.population("cells", Shape.of(NEURONS), new Leaky(0.9));
        Sparse in = Sparse.of(Connectivity.oneToOne()).weights(0.4);
        builder.project("in", drive, cells, listed ? in : in.fixedPoint(1e-4));
        builder.project(
                        "loop",
                        cells,
                        cells,
                        listed ? loop : loop.fixedPoint(1e-4).procedural())
                .delay(1);
        return builder.build();
    }

    /** Weights, or delays of whole steps where a step is 0. */
    private static float[] numbers(float step) {
        return floats(EDGES, i -> step == 0 ? i % 5 : step * (i % 13 - 4));
    }

    private static byte[] fired(Network network) {
        try (Simulation simulation = network.simulate(1)) {
            Population.SpikeRecorder recorder = simulation.recordSpikes("cells", 100);
            simulation.run(100);
            assertTrue(recorder.spikes().density() > 0.01);
            return recorder.spikes().toArray();
        }
    }

    @Test
    void modelFilesHoldListsAndRecipes() {
        for (boolean listed : new boolean[] {true, false}) {
            Network network = network(listed);
            byte[] file = ModelFile.toBytes(network);
            assertArrayEquals(fired(network), fired(ModelFile.of(file)));
            assertArrayEquals(file, ModelFile.toBytes(ModelFile.of(file)));
        }
    }

    @Test
    void formatsOfOthersRefuseThemByName() {
        NetworkBuilder builder = Network.builder();
        Population cells = builder.population("cells", Shape.of(NEURONS), new Leaky(0.9));
        builder.project(
                "in",
                builder.input("x", Shape.of(NEURONS)),
                cells,
                Sparse.of(Connectivity.outDegree(3)).delays(2));
        Network network = builder.build();
        assertInvalid(
                "projection 'in' has sparse 3 edges from each source, which cannot be written in C: its synapses are"
                        + " lists",
                () -> CExport.of(network).text());
        assertInvalid(
                "'in' is sparse 3 edges from each source, for which NIR has no primitive; NIR has no lists of synapses",
                () -> NirModel.export(Model.of(network), 1e-3));
    }
}

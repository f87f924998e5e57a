package dev.spikelane.network.sparse;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.SynapseRows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sparse projections against dense ones with zeros, and against their rules. */
@EveryWidth
final class SparseTest {

    private static final int NEURONS = 100;
    private static final int STEPS = 40;

    /** Multiples of 1/8, whose sums are exact in any order. */
    private static Distribution eighths(int count, Random random) {
        float[] weights = floats(count, i -> (1 + random.nextInt(8)) / 8f);
        return Distribution.list(weights);
    }

    private static Sparse listed(int count, Random random) {
        int[] sources = random.ints(count, 0, NEURONS).toArray();
        int[] targets = random.ints(count, 0, NEURONS).toArray();
        return Sparse.of(Connectivity.of(sources, targets)).weights(eighths(count, random));
    }

    private static Dense dense(Sparse sparse, int sources, int targets) {
        FloatMatrix weights = FloatMatrix.zeros(targets, sources);
        SynapseRows rows = sparse.synapses(Shape.of(sources));
        for (int source = 0; source < sources; source++) {
            int count = rows.read(source);
            for (int i = 0; i < count; i++) {
                weights.set(rows.target(i), source, weights.get(rows.target(i), source) + rows.weight(i));
            }
        }
        return Dense.of(weights);
    }

    private static byte[] run(Connection in, Connection recurrent, int batch, int threads) {
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(NEURONS));
        Population neurons = builder.population("neurons", Shape.of(NEURONS), new Leaky(0.9f).withThreshold(2f));
        builder.project("in", input, neurons, in);
        builder.project("recurrent", neurons, neurons, recurrent).delay(1);
        Network network = builder.build();
        try (Arena arena = Arena.ofShared();
                Simulation simulation = network.simulate(batch, threads)) {
            Population.SpikeRecorder recorder = simulation.recordSpikes("neurons", STEPS);
            SpikeMatrix spikes = Matrices.spikes(arena, STEPS * batch, NEURONS, 0.1, new Random(7));
            simulation.run(spikes);
            byte[] fired = recorder.spikes().toArray();
            assertTrue(
                    recorder.spikes().density() > 0.01,
                    "density " + recorder.spikes().density());
            return fired;
        }
    }

    @Test
    void sparseIsDenseWithZeros() {
        Random random = new Random(1);
        Sparse in = listed(700, random);
        Sparse recurrent = listed(300, random);
        for (int threads : new int[] {1, 2, 4}) {
            for (int batch : new int[] {1, 3}) {
                assertArrayEquals(
                        run(dense(in, NEURONS, NEURONS), dense(recurrent, NEURONS, NEURONS), batch, threads),
                        run(in, recurrent, batch, threads));
                assertArrayEquals(
                        run(in, recurrent, batch, 1),
                        run(in.fixedPoint(0.125), recurrent.fixedPoint(0.125), batch, threads));
            }
        }
    }

    @Test
    void delaysOfSynapsesAreDelaysOfProjections() {
        Sparse in = listed(700, new Random(2));
        Sparse recurrent = listed(300, new Random(3));
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(NEURONS));
        Population neurons = builder.population("neurons", Shape.of(NEURONS), new Leaky(0.9f).withThreshold(2f));
        Population others = builder.population("others", Shape.of(NEURONS), new Leaky(0.9f).withThreshold(2f));
        builder.project("a", input, neurons, in).delay(3);
        builder.project("b", neurons, neurons, recurrent).delay(2);
        builder.project("c", input, others, in.delays(3));
        builder.project("d", others, others, recurrent.delays(1)).delay(1);
        Network network = builder.build();
        try (Arena arena = Arena.ofShared();
                Simulation simulation = network.simulate(2)) {
            Population.SpikeRecorder one = simulation.recordSpikes("neurons", STEPS);
            Population.SpikeRecorder other = simulation.recordSpikes("others", STEPS);
            simulation.run(Matrices.spikes(arena, STEPS * 2, NEURONS, 0.1, new Random(7)));
            assertArrayEquals(one.spikes().toArray(), other.spikes().toArray());
            assertTrue(one.spikes().density() > 0.01);
        }
    }

    @Test
    void rulesDrawWhatTheySay() {
        Shape line = Shape.of(500);
        SynapseRows chosen =
                Sparse.of(Connectivity.probability(0.1).withoutSelf()).synapses(line);
        assertEquals(500 * 499 * 0.1, chosen.count(), 700);
        SynapseRows out = Sparse.of(Connectivity.outDegree(7)).to(30).synapses(line);
        SynapseRows in = Sparse.of(Connectivity.inDegree(7)).to(30).synapses(line);
        SynapseRows all = Sparse.of(Connectivity.total(3000)).to(30).synapses(line);
        int[] entering = new int[30];
        int total = 0;
        for (int i = 0; i < 500; i++) {
            assertEquals(7, out.read(i));
            total += all.read(i);
            int count = in.read(i);
            for (int k = 0; k < count; k++) {
                entering[in.target(k)]++;
            }
        }
        assertEquals(3000, total);
        for (int count : entering) {
            assertEquals(7, count);
        }
        SynapseRows near = Sparse.of(Connectivity.gaussian(1, 3).periodic()).synapses(Shape.of(20, 20));
        int count = near.read(0);
        assertEquals(2 * Math.PI * 9, count, 25);
        boolean around = false;
        for (int i = 0; i < count; i++) {
            around |= near.target(i) / 20 > 15;
        }
        assertTrue(around);
    }

    /** Evaluations count these as operations. */
    @Test
    void projectionsReachWhatSynapsesDo() {
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(3));
        Population neurons = builder.population("neurons", Shape.of(50), new Leaky(0.9f));
        builder.project(
                "drawn", input, neurons, Sparse.of(Connectivity.outDegree(7)).to(50));
        builder.project(
                "listed",
                input,
                neurons,
                Sparse.of(Connectivity.of(new int[] {2, 0, 2}, new int[] {49, 1, 49}))
                        .to(50));
        Network network = builder.build();
        assertArrayEquals(new int[] {7, 7, 7}, network.projections().get(0).fanOut());
        assertArrayEquals(new int[] {1, 0, 2}, network.projections().get(1).fanOut());
    }

    private static Network loop(Sparse sparse, Shape shape) {
        NetworkBuilder builder = Network.builder();
        Population cells = builder.population("cells", shape, new Leaky(0.9f));
        builder.project("loop", cells, cells, sparse).delay(1);
        return builder.build();
    }

    /** Targets with channels, whose inner order differs from torch's, and delays that reorder the edges of a source. */
    @Test
    void placesTellTheWeightsOfListedEdges() {
        Random random = new Random(5);
        Shape shape = Shape.of(2, 3, 3);
        int[] sources = random.ints(300, 0, 16).toArray(); // the last two neurons have no edges
        int[] targets = random.ints(300, 0, 18).toArray();
        float[] weights = new float[300];
        float[] delays = new float[300];
        for (int i = 0; i < 300; i++) {
            weights[i] = i / 8f;
            delays[i] = 3 * random.nextInt(4);
        }
        Sparse sparse = Sparse.of(Connectivity.of(sources, targets))
                .weights(Distribution.list(weights))
                .delays(Distribution.list(delays));
        Network network = loop(sparse, shape);
        FloatMatrix found = network.weights().get("loop.weight");
        int[] places = sparse.places(shape);
        for (int i = 0; i < 300; i++) {
            assertEquals(weights[i], found.get(0, places[i]), "edge " + i);
        }
        FloatMatrix read = ModelFile.of(ModelFile.toBytes(network)).weights().get("loop.weight");
        assertArrayEquals(found.toArray(), read.toArray());
        assertEquals(0, Sparse.of(Connectivity.of(new int[0], new int[0])).places(shape).length);
    }

    @Test
    void placesTellTheWeightsOfDrawnSynapses() {
        Shape shape = Shape.of(2, 3, 3);
        for (Connectivity edges :
                new Connectivity[] {Connectivity.inDegree(9), Connectivity.total(200), Connectivity.probability(0.4)}) {
            Sparse sparse = Sparse.of(edges)
                    .weights(Distribution.normal(0, 1))
                    .delays(Distribution.uniform(1, 4))
                    .seed(8);
            FloatMatrix found = loop(sparse, shape).weights().get("loop.weight");
            int[] places = sparse.places(shape);
            SynapseRows rows = sparse.synapses(shape);
            int synapse = 0;
            for (int source = 0; source < shape.size(); source++) {
                int count = rows.read(source);
                for (int i = 0; i < count; i++) {
                    assertEquals(rows.weight(i), found.get(0, places[synapse++]), edges + ", source " + source);
                }
            }
            assertEquals(places.length, synapse);
        }
    }

    @Test
    void drawsHaveTheirDistributions() {
        SynapseRows rows = Sparse.of(Connectivity.outDegree(20_000))
                .weights(Distribution.normal(2, 0.5).redrawn(1, 10))
                .delays(Distribution.uniform(1, 4))
                .to(10)
                .synapses(Shape.of(1));
        int count = rows.read(0);
        int[] delays = new int[5];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            assertTrue(rows.weight(i) >= 1);
            sum += rows.weight(i);
            delays[rows.delay(i)]++;
        }
        assertEquals(2.0276, sum / count, 0.01); // the mean of a normal distribution cut at two deviations
        for (int i = 1; i < 5; i++) {
            assertEquals(5000, delays[i], 250);
        }
    }

    @Test
    void whatDoesNotFitIsSaid() {
        Sparse far = Sparse.of(Connectivity.of(new int[] {0, 40}, new int[] {1, 2}));
        assertInvalid(
                "edge 1 goes from 40 to 2, expected sources below 32 and targets below 10",
                () -> far.to(10).outputShape(Shape.of(32)));
        Sparse one = Sparse.of(Connectivity.oneToOne());
        assertThrows(IllegalArgumentException.class, () -> one.delays(-1));
        assertThrows(IllegalArgumentException.class, () -> one.delays(Distribution.normal(10, 5)));
        assertThrows(IllegalArgumentException.class, () -> one.weights(Distribution.list(1, 2)));
        NetworkBuilder builder = Network.builder();
        Population a = builder.population("a", Shape.of(3), new Leaky(0.9f));
        builder.project("loop", a, a, one);
        assertTrue(assertThrows(IllegalStateException.class, builder::build)
                .getMessage()
                .contains("cycle without delay"));
    }
}

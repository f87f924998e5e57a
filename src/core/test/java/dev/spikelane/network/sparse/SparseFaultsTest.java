package dev.spikelane.network.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Allocations;
import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.SynapseRows;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Former errors of sparse projections, and limits that they must report before hours of computation. */
@EveryWidth
final class SparseFaultsTest extends FolderCase {

    private static final int NEURONS = 100;
    /** Enough for a machine that stands still. */
    private static final Duration SOON = Duration.ofMinutes(10);

    private static final Sparse ALL = Sparse.of(Connectivity.probability(0.5));

    /** From an input, or in a loop. */
    private static Network network(int neurons, boolean loop, Connection... path) {
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(neurons));
        Population population = builder.population("p", Shape.of(neurons), new Leaky(0.9f));
        if (loop) {
            builder.project("in", input, population);
            builder.project("s", population, population, path).delay(1);
        } else {
            builder.project("s", input, population, path);
        }
        return builder.build();
    }

    private static byte[] run(Network network, int neurons) {
        try (Simulation simulation = network.simulate(1)) {
            Population.SpikeRecorder recorder = simulation.recordSpikes("p", 20);
            simulation.run(Matrices.spikes(Arena.ofAuto(), 20, neurons, 0.2, new Random(5)));
            return recorder.spikes().toArray();
        }
    }

    private static void assertRefused(Class<? extends Throwable> kind, String message, Supplier<?> what) {
        String found = assertTimeoutPreemptively(SOON, () -> assertThrows(kind, what::get))
                .getMessage();
        assertTrue(found.contains(message), found);
    }

    /** Gradients of a trainer in a path of several connections belong to it alone. */
    @Test
    void trainersFollowEachOther() {
        Sparse some = Sparse.of(Connectivity.probability(0.1)).weights(Distribution.normal(0.2, 0.2));
        Network network = network(NEURONS, false, some, OneToOne.scale(2));
        Network once = network(NEURONS, false, some, OneToOne.scale(2));
        int[] labels = {1, 2};
        SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), 20, NEURONS, 0.3, new Random(1));
        try (Trainer trainer = trainer(once)) {
            trainer.step(TrainingBatch.of(spikes, labels));
            trainer.step(TrainingBatch.of(spikes, labels));
        }
        for (int i = 0; i < 2; i++) {
            try (Trainer trainer = trainer(network)) {
                trainer.step(TrainingBatch.of(spikes, labels));
            }
        }
        assertEquals(once.weights().hash(), network.weights().hash());
    }

    private static Trainer trainer(Network network) {
        return Trainers.of(network, 10, 2, CrossEntropyLoss.count(), new Sgd(0.1));
    }

    @Test
    void numbersThatCannotBeAreRefused() {
        Sparse one = Sparse.of(Connectivity.oneToOne());
        assertRefused(
                IllegalArgumentException.class,
                "has Infinity among",
                () -> one.weights(Distribution.logNormal(100, 1)));
        assertRefused(
                IllegalArgumentException.class, "has -Infinity among", () -> one.weights(Distribution.normal(0, 3e38)));
        assertRefused(IllegalArgumentException.class, "synapses of 7, expected", () -> {
            NetworkBuilder builder = Network.builder();
            Population p = builder.population("p", Shape.of(3), new Leaky(0.9f));
            builder.project("s", p, p, one.delays(7)).delay(Integer.MAX_VALUE);
            return builder.build();
        });
    }

    /** Also of weights that are not drawn yet. */
    @Test
    void currentsAreFinite() {
        Sparse strong = Sparse.of(Connectivity.outDegree(3)).weights(Distribution.normal(1e37, 1e37));
        for (Sparse each : List.of(strong, strong.procedural())) {
            assertRefused(
                    IllegalArgumentException.class,
                    "projection 'pp': weight 5.324919E37 times what a spike carries, 100.0, is not finite",
                    () -> graded(100, each));
            Network network = graded(2, each);
            FloatMatrix factor = FloatMatrix.zeros(1, 1);
            factor.fill(100);
            assertThrows(
                    IllegalArgumentException.class, () -> network.weights().replace("p.gradedSpikesFactor", factor));
            assertEquals(2, network.weights().get("p.gradedSpikesFactor").get(0, 0));
        }
    }

    private static Network graded(float factor, Sparse sparse) {
        NetworkBuilder builder = Network.builder();
        Population p = builder.population("p", Shape.of(9), new Leaky(0.9f).withGradedSpikesFactor(factor));
        builder.project("pp", p, p, sparse).delay(1);
        return builder.build();
    }

    /** Nor more bytes than an int counts, which 537 million synapses would need. */
    @Test
    void hashesTakeNoArrayOfAllSynapses() {
        Network network =
                network(NEURONS, false, Sparse.of(Connectivity.total(300_000)).weights(Distribution.normal(1, 1)));
        assertEquals(300_000, network.weights().get("s.weight").columns());
        long before = Allocations.ofThisThread();
        network.weights().hash();
        assertEquals(0, Allocations.ofThisThread() - before, 300_000);
    }

    /** Redrawing within bounds keeps a uniform distribution. */
    @Test
    void uniformDelaysAreDrawnAgain() {
        Sparse sparse = Sparse.of(Connectivity.outDegree(3000))
                .delays(Distribution.uniform(0, 10).redrawn(3, 5));
        assertArrayEquals(new int[] {3, 4, 5}, sparse.delays());
        SynapseRows rows = sparse.synapses(Shape.of(1));
        int[] counts = new int[6];
        int count = rows.read(0);
        for (int i = 0; i < count; i++) {
            counts[rows.delay(i)]++;
        }
        for (int delay = 3; delay <= 5; delay++) {
            assertEquals(1000, counts[delay], 150);
        }
    }

    @Test
    void moreSynapsesThanThereIsRoomForAreNotDrawn() {
        int many = 3_000_000;
        assertRefused(
                IllegalArgumentException.class,
                "has 4500000000000 synapses with weights",
                () -> network(many, true, ALL.weights(Distribution.normal(1, 1))));
        assertRefused(
                OutOfMemoryError.class,
                "have about 1099511627776 synapses",
                () -> network(NEURONS, true, Sparse.of(Connectivity.total(1L << 40)))
                        .simulate(1));
        assertRefused(
                OutOfMemoryError.class,
                "107374182400 synapses",
                () -> network(NEURONS, true, Sparse.of(Connectivity.inDegree(1 << 30)))
                        .simulate(1));
        assertRefused(
                OutOfMemoryError.class,
                "have about 4500000000000 synapses",
                () -> network(many, false, ALL).simulate(1).step(SpikeMatrix.zeros(1, many)));
        Sparse late = Sparse.of(Connectivity.outDegree(1))
                .weights(Distribution.normal(1, 1))
                .delays(Distribution.uniform(0, 32_767));
        assertRefused(
                OutOfMemoryError.class,
                "3276800001 numbers of sources and delays",
                () -> network(100_000, false, late).weights().get("s.weight"));
    }

    /** Each source alone would fit; the listener throws when the first one is laid out. */
    @Test
    void synapsesOfAllSourcesAreCountedBeforeTheFirstAreDrawn() {
        long most = 7 * (NativeMemory.roomWithoutArena(0) / Short.BYTES) / 10;
        Sparse many = Sparse.of(Connectivity.total(most)).onProgress(_ -> {
            throw new IllegalStateException("drawn");
        });
        NetworkBuilder builder = Network.builder();
        Population e = builder.population("e", Shape.of(NEURONS), new Leaky(0.9f));
        Population i = builder.population("i", Shape.of(NEURONS), new Leaky(0.9f));
        builder.project("ei", e, i, many).delay(1);
        builder.project("ie", i, e, many).delay(1);
        Network network = builder.build();
        assertRefused(
                OutOfMemoryError.class,
                " edges and 1 other connections that run with it have about " + 2 * most + " synapses",
                () -> network.simulate(1));
    }

    /** The length of a line follows its probabilities, not all pairs. */
    @Test
    void longLinesAreDrawn() {
        SynapseRows rows = assertTimeoutPreemptively(
                SOON, () -> Sparse.of(Connectivity.gaussian(0.5, 20)).synapses(Shape.of(1_000_000)));
        assertEquals(0.5 * 20 * Math.sqrt(2 * Math.PI) * 1e6, rows.expected(), 1e5);
        int all = 0;
        for (int i = 0; i < 100; i++) {
            int count = rows.read(500_000 + i);
            for (int k = 0; k < count; k++) {
                assertEquals(500_000 + i, rows.target(k), 134);
            }
            all += count;
        }
        assertEquals(100 * 0.5 * 20 * Math.sqrt(2 * Math.PI), all, 200);
    }

    @Test
    void whatFollowsFromEdgesIsNotLookedForAgainAndAgain() {
        Random random = new Random(1);
        int edges = 300_000;
        Sparse listed = Sparse.of(Connectivity.of(
                random.ints(edges, 0, 4_096).toArray(),
                random.ints(edges, 0, 4_096).toArray()));
        assertTimeoutPreemptively(SOON, () -> {
            Network network = network(4_096, false, listed);
            assertEquals(edges, network.weights().get("s.target").columns());
            run(network, 4_096);
        });
        Sparse late = Sparse.of(Connectivity.outDegree(100)).delays(Distribution.uniform(1, 32_767));
        assertTimeoutPreemptively(SOON, () -> run(network(NEURONS, true, late), NEURONS));
    }

    /** Whether synapses are stored or drawn, pulled or delivered, with any weights. */
    @Test
    void quantaThatOverflowAreRefusedEverywhere() {
        String message = " quanta of 1.0E-9 at neuron ";
        Sparse small = ALL.fixedPoint(1e-9);
        for (boolean loop : new boolean[] {true, false}) {
            for (Sparse each : List.of(small, small.procedural())) {
                assertRefused(
                        IllegalArgumentException.class,
                        message,
                        () -> network(NEURONS, loop, each).simulate(1));
            }
            Network network = network(NEURONS, loop, ALL.fixedPoint(1e-3));
            try (Simulation simulation = network.simulate(1)) {
                SpikeMatrix none = SpikeMatrix.zeros(1, NEURONS);
                simulation.step(none);
                FloatMatrix one = network.weights().get("s.weight");
                network.weights().replace("s.weight", FloatMatrix.of(new float[][] {{1e5f}}));
                assertRefused(IllegalArgumentException.class, " quanta of 0.001", () -> simulation.step(none));
                network.weights().replace("s.weight", one);
                simulation.step(none);
            }
        }
        assertRefused(
                IllegalArgumentException.class,
                "projection 's' may get",
                () -> network(NEURONS, false, small, OneToOne.scale(2)).simulate(1));
    }

    /** Values after another connection are no whole quanta. */
    @Test
    void quantaOfValuesAreRefusedWhereTheyAreDeclared() {
        assertRefused(
                IllegalArgumentException.class,
                "projection 's': sparse probability 0.5 sums whole quanta, expected spikes, found values of ",
                () -> network(NEURONS, false, OneToOne.scale(2), ALL.fixedPoint(1)));
    }

    /** Ten billion of them. */
    @Test
    void proceduralSynapsesTakeNoMemory() throws IOException {
        int many = 100_000;
        Sparse sparse = Sparse.of(Connectivity.outDegree(many)).procedural();
        for (boolean loop : new boolean[] {false, true}) {
            Network network = network(many, loop, sparse);
            try (Simulation simulation = network.simulate(1)) {
                SpikeMatrix two = SpikeMatrix.zeros(1, many);
                two.set(0, 3, true);
                two.set(0, 77_777, true);
                simulation.step(two);
                SpikeMatrix fired = simulation.step(SpikeMatrix.zeros(1, many));
                assertTrue(loop || simulation.state("p").membrane().get(0, 5) != 0 || fired.count() > 0);
            }
            network.weights().replace("s.weight", FloatMatrix.of(new float[][] {{2}}));
            Path file = folder.resolve("model.safetensors");
            ModelFile.write(file, network);
            assertEquals(2, ModelFile.read(file).weights().get("s.weight").get(0, 0));
        }
    }

    @Test
    void modelFilesKeepDelaysOfListedEdges() throws IOException {
        Sparse few = Sparse.of(Connectivity.of(new int[] {0, 1, 5}, new int[] {3, 3, 0}))
                .weights(Distribution.normal(1, 1))
                .delays(Distribution.uniform(1, 30));
        Sparse none = Sparse.of(Connectivity.of(new int[0], new int[0]))
                .weights(Distribution.normal(1, 1))
                .delays(Distribution.uniform(0, 3));
        for (Sparse each : List.of(few, none)) {
            Network network = network(NEURONS, true, each);
            Path file = folder.resolve("model.safetensors");
            ModelFile.write(file, network);
            Network read = ModelFile.read(file);
            assertArrayEquals(run(network, NEURONS), run(read, NEURONS));
            try (Simulation first = network.simulate(1);
                    Simulation second = read.simulate(1)) {
                first.step(SpikeMatrix.zeros(1, NEURONS));
                second.restore(first.snapshot());
                assertArrayEquals(first.snapshot().toBytes(), second.snapshot().toBytes());
            }
        }
    }

    /** Files hold targets as float32: the greatest exact one is read back, and one more is refused. */
    @Test
    void modelFilesRefuseEdgesThatTheyWouldRound() throws IOException {
        int most = 1 << 24;
        Sparse back = Sparse.of(Connectivity.total(1)).to(NEURONS);
        Connection exact =
                Sparse.of(Connectivity.of(new int[] {3}, new int[] {most})).to(most + 2);
        Network network = network(NEURONS, false, exact, back);
        assertEquals(
                network.weights().hash(),
                ModelFile.of(ModelFile.toBytes(network)).weights().hash());
        Connection rounded =
                Sparse.of(Connectivity.of(new int[] {3}, new int[] {most + 1})).to(most + 2);
        assertRefused(
                IllegalArgumentException.class,
                "projection 's' has the connection 'sparse 1 edges', which a model file cannot hold: neuron 3"
                        + " has 1 edges, of which one may go to neuron 16777217, expected at most 16777216",
                () -> ModelFile.toBytes(network(NEURONS, false, rounded, back)));
    }

    @Test
    void brokenModelFilesAreRefused() throws IOException {
        Path file = folder.resolve("model.safetensors");
        ModelFile.write(file, network(4, true, Sparse.of(Connectivity.of(new int[] {0, 3}, new int[] {1, 2}))));
        Tensors whole = Tensors.read(file);
        for (float broken : new float[] {-1, 2e9f, 0.5f, 5}) {
            for (String name : List.of("s.degree", "s.target")) {
                List<Tensor> tensors = new ArrayList<>(whole.tensors());
                tensors.replaceAll(each -> {
                    if (!each.name().equals(name)) {
                        return each;
                    }
                    float[] values = new float[(int) each.count()];
                    Arrays.fill(values, broken);
                    return Tensor.of(name, FloatMatrix.of(new float[][] {values}), each.shape());
                });
                Tensors.of(whole.metadata(), tensors).write(file);
                assertThrows(IOException.class, () -> ModelFile.read(file), name + " " + broken);
            }
        }
    }

    /** A listener that stops the layout stops a run before its first step, and changes nothing. */
    @Test
    void listenersMayThrow() {
        int[] left = {1_000};
        Network network =
                network(NEURONS, true, Sparse.of(Connectivity.outDegree(10)).onProgress(_ -> {
                    if (left[0]-- < 0) {
                        throw new IllegalStateException("stop");
                    }
                }));
        try (Simulation simulation = network.simulate(1, 2)) {
            network.weights().replace("s.weight", FloatMatrix.of(new float[][] {{0.5f}}));
            left[0] = 0;
            SpikeMatrix rows = Matrices.spikes(Arena.ofAuto(), 16, NEURONS, 0.9, new Random(5));
            assertThrows(IllegalStateException.class, () -> simulation.run(rows));
            assertThrows(IllegalStateException.class, () -> network.simulate(1, 2));
            left[0] = 1_000;
            Population.SpikeRecorder recorder = simulation.recordSpikes("p", 16);
            simulation.run(rows);
            assertTrue(recorder.spikes().count() > 0);
        }
    }
}

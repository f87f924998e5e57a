package dev.spikelane.network.sparse;

import static dev.spikelane.Failures.assertPart;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Allocations;
import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Sparse;
import dev.spikelane.equation.Zoo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Loops of synapses, which run by events, have equal bits in any kind of run. */
@EveryWidth
final class EventRunTest {

    private static final int EXCITATORY = 300;
    private static final int INHIBITORY = 100;
    private static final int INPUTS = 70;
    private static final int STEPS = 60;

    /** Two populations with inputs, delays of 1 to 7 steps, and different weights. */
    private static Network network(UnaryOperator<Sparse> change) {
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(INPUTS));
        Population e = builder.population("e", Shape.of(EXCITATORY), new Leaky(0.9f));
        Population i = builder.population("i", Shape.of(INHIBITORY), new Leaky(0.8f));
        Sparse exc = Sparse.of(Connectivity.probability(0.1))
                .weights(Distribution.normal(0.05, 0.03))
                .delays(Distribution.uniform(1, 7));
        Sparse inh = Sparse.of(Connectivity.outDegree(30)).weights(-0.2).delays(2);
        builder.project(
                "xe", input, e, change.apply(exc.to(EXCITATORY).delays(0).weights(0.4)));
        builder.project("ee", e, e, change.apply(exc.seed(1)));
        builder.project("ei", e, i, change.apply(exc.to(INHIBITORY).seed(2)));
        builder.project("ie", i, e, change.apply(inh.to(EXCITATORY).seed(3)));
        builder.project("ii", i, i, change.apply(inh.seed(4)));
        return builder.build();
    }

    private static SpikeMatrix input(int batch) {
        return Matrices.spikes(Arena.ofAuto(), STEPS * batch, INPUTS, 0.2, new Random(5));
    }

    private static byte[] run(Network network, int batch, int threads) {
        try (Simulation simulation = network.simulate(batch, threads)) {
            return run(simulation, input(batch));
        }
    }

    private static byte[] run(Simulation simulation, SpikeMatrix rows) {
        Population.SpikeRecorder e = simulation.recordSpikes("e", STEPS);
        Population.SpikeRecorder i = simulation.recordSpikes("i", STEPS);
        simulation.run(rows);
        byte[] both = Arrays.copyOf(
                e.spikes().toArray(),
                e.spikes().rows() * EXCITATORY + i.spikes().rows() * INHIBITORY);
        System.arraycopy(
                i.spikes().toArray(),
                0,
                both,
                e.spikes().rows() * EXCITATORY,
                i.spikes().rows() * INHIBITORY);
        assertTrue(i.spikes().density() > 0.005, "density " + i.spikes().density());
        return both;
    }

    private static final List<UnaryOperator<Sparse>> FORMS =
            List.of(sparse -> sparse, sparse -> sparse.fixedPoint(0x1p-10), sparse -> sparse.fixedPoint(0x1p-26));

    @Test
    void threadsBatchesAndStoredSynapsesDoNotShow() {
        for (UnaryOperator<Sparse> form : FORMS) {
            Network network = network(form);
            Network drawn = network(sparse -> form.apply(sparse).procedural());
            byte[] one = run(network, 1, 1);
            byte[] three = run(network, 3, 1);
            for (int threads : new int[] {2, 4}) {
                assertArrayEquals(one, run(network, 1, threads));
                assertArrayEquals(three, run(network, 3, threads));
            }
            assertArrayEquals(one, run(drawn, 1, 1));
            assertArrayEquals(one, run(drawn, 1, 2));
        }
    }

    /** Loops of equations clear currents after reading, except currents that other projections add. */
    @Test
    void equationsTakeCurrentsOnce() {
        for (boolean driven : new boolean[] {false, true}) {
            NetworkBuilder builder = Network.builder();
            EquationNeuron model = EquationNeuron.of(Zoo.text("cuba-lif"))
                    .with("pause", 0.5)
                    .with("start", -51)
                    .with("low", -52);
            Population e = builder.population("e", Shape.of(EXCITATORY), model.with("rest", -20));
            Population i = builder.population("i", Shape.of(INHIBITORY), model.with("rest", -30));
            Input input = builder.input("x", Shape.of(INPUTS));
            Sparse synapses = Sparse.of(Connectivity.probability(0.1)).weights(1.6);
            if (driven) {
                Dense dense = Dense.of(Matrices.uniform(Arena.ofAuto(), EXCITATORY, INPUTS, new Random(7)));
                builder.project("xe", input, e, dense).port("excitatory");
            } else {
                builder.project("xe", input, e, synapses.to(EXCITATORY)).port("excitatory");
            }
            builder.project("ee", e, e, synapses).delay(1).port("excitatory");
            builder.project("ei", e, i, synapses.to(INHIBITORY)).delay(2).port("excitatory");
            builder.project("ie", i, e, synapses.to(EXCITATORY).weights(-9))
                    .delay(1)
                    .port("inhibitory");
            builder.project("ii", i, i, synapses.weights(-9)).delay(3).port("inhibitory");
            Network network = builder.build();
            byte[] one = run(network, 1, 1);
            assertArrayEquals(one, run(network, 1, 3));
            try (Simulation kept = network.simulate(1)) {
                kept.recordMembranes("e", STEPS); // their loops store membranes, and clear nothing
                assertArrayEquals(one, run(kept, input(1)));
            }
            try (Simulation seen = network.simulate(1)) {
                seen.record("i", "ge", STEPS); // step by step
                assertArrayEquals(one, run(seen, input(1)));
            }
        }
    }

    /** Runs share only the immutable layout. */
    @Test
    void runsOfOneNetworkAtOnceDoNotMeet() {
        Network network = network(Sparse::procedural);
        byte[] alone = run(network, 1, 1);
        try (Simulation kept = network.simulate(1); // its lists belong to all
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<CompletableFuture<byte[]>> all = IntStream.range(0, 8)
                    .mapToObj(_ -> CompletableFuture.supplyAsync(() -> run(network, 1, 1), threads))
                    .toList();
            all.forEach(each -> assertArrayEquals(alone, each.join()));
            assertEquals(1, kept.batch());
        }
    }

    @Test
    void statesGoOnInTheMiddle() {
        Network network = network(sparse -> sparse);
        SpikeMatrix rows = input(1);
        byte[] whole = run(network, 1, 1);
        try (Simulation first = network.simulate(1, 2)) {
            Population.SpikeRecorder recorder = first.recordSpikes("e", STEPS);
            for (int step = 0; step < 21; step++) {
                first.step(rows.rows(step, 1));
            }
            SimulationState state = SimulationState.of(first.snapshot().toBytes());
            Simulation fork = first.fork();
            Simulation restored = network.simulate(1);
            restored.restore(state);
            for (Simulation each : List.of(fork, restored)) {
                Population.SpikeRecorder rest = each.recordSpikes("e", STEPS);
                each.run(rows.rows(21, STEPS - 21));
                byte[] all = Arrays.copyOf(recorder.spikes().toArray(), STEPS * EXCITATORY);
                System.arraycopy(
                        rest.spikes().toArray(), 21 * EXCITATORY, all, 21 * EXCITATORY, (STEPS - 21) * EXCITATORY);
                assertArrayEquals(Arrays.copyOf(whole, STEPS * EXCITATORY), all);
                each.close();
            }
        }
    }

    @Test
    void otherWeightsAreTakenUp() {
        Network network = network(sparse -> sparse);
        byte[] before = run(network, 1, 1);
        try (Simulation simulation = network.simulate(1)) {
            assertArrayEquals(before, run(simulation, input(1)));
            FloatMatrix weights = network.weights().get("ee.weight");
            FloatMatrix none = FloatMatrix.zeros(1, weights.columns());
            network.weights().replace("ee.weight", none);
            simulation.reset();
            assertFalse(Arrays.equals(before, run(simulation, input(1))));
            network.weights().replace("ee.weight", weights);
            simulation.reset();
            assertArrayEquals(before, run(simulation, input(1)));
        }
    }

    /** Rows of 1,024 neurons start at pages elsewhere, but not after others in the vector of currents. */
    @Test
    void populationsOfWholePagesStandBehindOthers() {
        NetworkBuilder builder = Network.builder();
        Population e = builder.population("e", Shape.of(100), new Leaky(0.9f));
        Population i = builder.population("i", Shape.of(1024), new Leaky(0.9f));
        Sparse each = Sparse.of(Connectivity.outDegree(3));
        builder.project("ei", e, i, each.to(1024)).delay(1);
        builder.project("ie", i, e, each.to(100)).delay(1);
        try (Simulation simulation = builder.build().simulate(1, 2)) {
            simulation.run(2);
        }
    }

    /** Each step of a ring had space for 64 spikes from the start: 140 MB. */
    @Test
    void ringsOfLongDelaysTakeRoomForSpikesThatCome() {
        NetworkBuilder builder = Network.builder();
        Population e = builder.population("e", Shape.of(5), new Leaky(0.9f));
        builder.project("ee", e, e, Sparse.of(Connectivity.outDegree(1)).delays(32_768));
        Network network = builder.build();
        long before = Allocations.ofThisThread();
        try (Simulation simulation = network.simulate(8)) {
            assertEquals(20e6, Allocations.ofThisThread() - before, 20e6);
            assertEquals(8, simulation.batch());
        }
    }

    @Test
    void quantaThatOverflowAreRefused() {
        Network network = network(sparse -> sparse.fixedPoint(1e-9));
        assertPart("expected at most 2147483647; a larger quantum gives less", () -> network.simulate(1));
    }

    @Test
    void moreThanThereIsRoomForIsRefusedAtOnce() {
        NetworkBuilder builder = Network.builder();
        Population e = builder.population("e", Shape.of(3_000_000), new Leaky(0.9f));
        builder.project(
                "ee",
                e,
                e,
                Sparse.of(Connectivity.probability(0.5)).fixedPoint(1).delays(1));
        Network network = builder.build();
        String message =
                assertThrows(OutOfMemoryError.class, () -> network.simulate(1)).getMessage();
        assertTrue(message.contains("have about 4500000000000 synapses"), message);
        assertTrue(message.contains("of sources and delays, expected at most "), message);
    }

    @Test
    void progressIsTold() {
        List<Double> told = new ArrayList<>();
        try (Simulation simulation =
                network(sparse -> sparse.onProgress(told::add)).simulate(1, 1)) {
            simulation.run(Map.of("x", input(1)));
        }
        assertEquals(1, told.getLast());
        assertTrue(told.size() > 4);
    }
}

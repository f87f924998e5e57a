package dev.spikelane.network;

import static dev.spikelane.Allocations.assertNone;
import static dev.spikelane.fixture.Layer.by;
import static dev.spikelane.fixture.Layer.dense;
import static dev.spikelane.fixture.Layer.flat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.fixture.ResidualNetworks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.random.TorchRandom;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A running simulation does not allocate on the heap, on any thread. */
@Alone
final class AllocationTest extends KernelCase {

    private static final int STEPS = 20;
    private static final int BATCH = 4;

    private Network network() {
        return Networks.of(
                arena,
                new TorchRandom(1),
                100,
                dense(130, new Leaky(0.9f).withThreshold(0.2f).withDelayedReset(false)),
                dense(70, new HandLif(0.9f)),
                dense(10, new Leaky(0.9f).withInhibition(true)));
    }

    /** By runs and by steps, with and without observers of all layers. */
    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void run(boolean steps, boolean observed) {
        SpikeMatrix input = Matrices.spikes(arena, (steps ? 1 : STEPS) * BATCH, 100, 0.4, new Random(1));
        try (Simulation simulation = network().simulate(BATCH)) {
            for (int layer = 0; observed && layer < 3; layer++) {
                simulation.countSpikes(layer);
                simulation.recordSpikes(layer, STEPS);
                simulation.recordMembranes(layer, STEPS);
            }
            assertNone(steps ? 300 : 30, () -> {
                simulation.reset();
                if (steps) {
                    simulation.step(input);
                } else {
                    simulation.run(input);
                }
            });
        }
    }

    /** Sums of spikes are multiplied bit by bit by sliding windows, unfolded windows and dense connections. */
    @Test
    void wholeNumbers() {
        TorchRandom random = new TorchRandom(1);
        Shape maps = Shape.of(8, 6, 6);
        NetworkBuilder builder = Network.builder(arena);
        Input input = builder.input("x", maps);
        Population sum = builder.population("sum", maps, ResidualNetworks.Join.ADD.neuron(3));
        builder.project("in", input, sum, OneToOne.scale(2));
        builder.project("more", input, sum, OneToOne.scale(1)).port("identity");
        builder.project("again", sum.variable("out"), sum, OneToOne.scale(1))
                .delay(1)
                .port("identity");
        Population conv = builder.population("conv", Shape.of(64, 6, 6), new Leaky(0.9f));
        Kernel kernel = Kernel.of(3).withPadding(1);
        builder.project("conv", sum.variable("out"), conv, Convolution.of(8, 64, kernel, random));
        Population dense = builder.population("dense", Shape.of(70), new Leaky(0.9f));
        builder.project("dense", sum.variable("out"), dense, new Flatten(), Dense.linear(288, 70, random));
        SpikeMatrix spikes = Matrices.spikes(arena, STEPS * BATCH, maps.size(), 0.4, new Random(1));
        for (int threads = 1; threads <= 2; threads++) {
            try (Simulation simulation = builder.build().simulate(BATCH, threads)) {
                Simulations.assertRunsAllocateNothing(simulation, spikes);
            }
        }
    }

    /** Few spikes are listed, many use tables; values use weights that are widened once. */
    @ParameterizedTest
    @EnumSource(names = {"INT8", "INT16", "INT4", "TERNARY"})
    void integers(ElementType type) {
        TorchRandom random = new TorchRandom(1);
        Network integers = Networks.of(
                arena,
                300,
                by(Dense.linear(300, 130, random).nearest(type), new Leaky(0.9f).withThreshold(0.1f)),
                by(Dense.linear(130, 70, random).nearest(type), new Leaky(0.9f)));
        for (Signal input : List.of(
                Matrices.spikes(arena, 400, 300, 0.05, new Random(1)),
                Matrices.spikes(arena, 400, 300, 0.9, new Random(1)),
                Matrices.uniform(arena, 400, 300, new Random(1)))) {
            try (Simulation simulation = integers.simulate(BATCH)) {
                Simulations.assertRunsAllocateNothing(simulation, input);
            }
        }
    }

    /** States of delayed and shaped populations, with observers that are part of them, in reused memory. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void states(boolean direct) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(2, 5, 4));
        Population a = builder.population("a", Shape.of(2, 5, 4), new Leaky(0.9f).withThreshold(0.2f));
        Population b = builder.population("b", Shape.of(30), new RLeaky(Recurrence.oneToOne(0.5f), 0.9f));
        builder.project("xa", x, a, new OneToOne(1)).delay(2);
        builder.project("ab", a, b, new Flatten(), Dense.linear(40, 30, new TorchRandom(1)))
                .delay(3);
        SpikeMatrix input = Matrices.spikes(arena, 5 * BATCH, 40, 0.4, new Random(1));
        try (Simulation simulation = builder.build().simulate(BATCH)) {
            simulation.keepInState(simulation.countSpikes("b"));
            simulation.keepInState(simulation.recordSpikes("a", 5));
            simulation.keepInState(simulation.record("b", "membrane", 5));
            simulation.keepInState(simulation.record("b", "current", 5));
            simulation.run(input);
            int size = simulation.stateBytes();
            ByteBuffer state = direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
            assertNone(300, () -> {
                simulation.snapshot(state.clear());
                simulation.restore(state.flip());
            });
        }
    }

    /** Synapses of a loop, which run by events. */
    @Test
    void events() {
        String text = """
                neuron Leaky
                state v
                input current
                v = 0.9 * v + current
                spike v > 1
                reset v = v - 1
                """;
        for (Neuron neuron : List.of(new Leaky(0.9f), EquationNeuron.of(text))) {
            events(neuron);
        }
    }

    private void events(Neuron neuron) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(70));
        Population e = builder.population("e", Shape.of(300), neuron);
        Sparse synapses = Sparse.of(Connectivity.probability(0.1));
        builder.project("xe", x, e, synapses.to(300).weights(0.4));
        builder.project(
                "ee", e, e, synapses.weights(Distribution.normal(0.01, 0.03)).delays(Distribution.uniform(1, 7)));
        SpikeMatrix input = Matrices.spikes(arena, STEPS, 70, 0.2, new Random(5));
        try (Simulation simulation = builder.build().simulate(1)) {
            SpikeCounts counts = simulation.countSpikes("e");
            assertNone(30, () -> simulation.run(input));
            assertTrue(counts.perNeuron().get(0, 0) > 0, "spikes");
        }
    }

    /** A rule on listed synapses, with the trace of each input at several delays. */
    @Test
    void pairsOfSpikes() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(70));
        Population e = builder.population("e", Shape.of(50), new Leaky(0.9f));
        Sparse synapses = Sparse.of(Connectivity.probability(0.1)).weights(Distribution.uniform(0, 0.6));
        builder.project("xe", x, e, synapses.delays(Distribution.uniform(1, 4)).to(50))
                .plastic(Plasticity.pairStdp());
        SpikeMatrix input = Matrices.spikes(arena, STEPS, 70, 0.2, new Random(5));
        try (Simulation simulation = builder.build().simulate(1)) {
            assertNone(100, () -> simulation.run(input));
        }
    }

    @Test
    void earlyLabels() {
        SpikeMatrix input = Matrices.spikes(arena, BATCH, 100, 0.4, new Random(1));
        try (Simulation simulation = network().simulate(BATCH)) {
            EarlyExit.Labels labels =
                    simulation.observe("lif3", EarlyExit.exact(STEPS).labels());
            assertNone(30, () -> {
                simulation.reset();
                while (!labels.decided()) {
                    simulation.step(input);
                }
            });
        }
    }

    /** Of a shaped population with a constant frame, and of the next one. */
    @Test
    void currents() {
        Network network = Networks.of(
                Shape.of(2, 5, 4),
                by(new OneToOne(0.5f), new Leaky(0.9f)),
                flat(30, new RLeaky(Recurrence.oneToOne(0.5f), 0.9f)));
        FloatMatrix frame = Matrices.uniform(arena, BATCH, 40, new Random(1));
        try (Simulation simulation = network.simulate(BATCH)) {
            simulation.record("lif1", "current", STEPS);
            simulation.record("lif2", "current", STEPS);
            assertNone(30, () -> {
                simulation.reset();
                simulation.runConstant(frame, STEPS);
            });
        }
    }

    @Test
    void runConstant() {
        SpikeMatrix frame = Matrices.spikes(arena, BATCH, 100, 0.4, new Random(1));
        try (Simulation simulation = network().simulate(BATCH)) {
            assertNone(30, () -> simulation.runConstant(frame, STEPS));
        }
    }

    @Test
    void analogInput() {
        FloatMatrix input = Matrices.uniform(arena, STEPS * BATCH, 100, new Random(1));
        FloatMatrix frame = input.rows(0, BATCH);
        try (Simulation simulation = network().simulate(BATCH)) {
            assertNone(5, () -> {
                simulation.run(input);
                simulation.step(frame);
                simulation.runConstant(frame, STEPS);
            });
        }
    }

    @Test
    void workersAllocateNothingEither() {
        LargeNetwork large = new LargeNetwork(arena, 1, false);
        try (Simulation simulation = large.network.simulate(LargeNetwork.BATCH, 3)) {
            simulation.countSpikes(1);
            large.first.want(3);
            simulation.run(large.input);
            Set<Thread> threads = Set.copyOf(large.first.threads);
            assertEquals(3, threads.size());
            large.first.rest();
            assertNone(threads, 20, () -> simulation.run(large.input));
        }
    }
}

package dev.spikelane.network;

import static dev.spikelane.Allocations.assertNone;
import static dev.spikelane.fixture.Layer.by;
import static dev.spikelane.fixture.Layer.maps;
import static dev.spikelane.fixture.Layer.pooled;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.Matrices;
import dev.spikelane.Tries;
import dev.spikelane.Users;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.Sparse;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.network.graph.RandomNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers, rules and models with slowly compiling loops do not allocate. */
@Alone
@Users
final class LayerAllocationTest extends KernelCase {

    private static final int STEPS = 20;
    private static final int BATCH = 4;

    /** Words and sliding windows, joined for small weights, with pools after them. */
    @ParameterizedTest
    @EnumSource(names = {"INT8", "INT4", "TERNARY"})
    void integersWithPools(ElementType type) {
        Network network = Networks.of(
                        Shape.of(1, 14, 14),
                        pooled(8, 3, new Leaky(0.9f).withThreshold(0.1f)),
                        pooled(20, 3, new Leaky(0.9f)))
                .quantized(type);
        SpikeMatrix spikes = Matrices.spikes(arena, STEPS * BATCH, 196, 0.3, new Random(1));
        try (Simulation simulation = network.simulate(BATCH)) {
            Simulations.assertRunsAllocateNothing(simulation, spikes);
        }
    }

    /** Windows of spikes and of values are unfolded in reused memory. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void convolutions(boolean integers) {
        Network floats = Networks.of(
                Shape.of(2, 9, 11),
                maps(24, Kernel.of(3).withPadding(1).withGroups(2), new Leaky(0.9f).withThreshold(0.1f)),
                maps(5, Kernel.of(2, 3).withStride(2).withDilation(2), new Leaky(0.9f)));
        Network network = integers ? floats.quantized(ElementType.INT8) : floats;
        SpikeMatrix spikes = Matrices.spikes(arena, STEPS * BATCH, 198, 0.3, new Random(1));
        FloatMatrix values = Matrices.uniform(arena, STEPS * BATCH, 198, new Random(1));
        try (Simulation simulation = network.simulate(BATCH, 2)) {
            Simulations.assertRunsAllocateNothing(simulation, spikes, values);
        }
    }

    /** Tables of a window that would exceed caches are estimated for each call. */
    @Test
    void largeWindows() {
        Network network = Network.builder(Shape.of(64, 6, 6))
                .convolution(256, Kernel.of(3), new TorchRandom(1))
                .neuron(new Leaky(0.9f))
                .build();
        SpikeMatrix spikes = Matrices.spikes(arena, 3, 64 * 6 * 6, 0.1, new Random(1));
        try (Simulation simulation = network.simulate(1, 2)) {
            assertNone(30, () -> simulation.run(spikes));
        }
    }

    @Test
    void rules() {
        NetworkBuilder builder = Network.builder(arena);
        Input x = builder.input("x", Shape.of(2, 6, 6));
        Population maps = builder.population("maps", Shape.of(3, 6, 6), new Leaky(0.9f).withThreshold(0.2f));
        Population all = builder.population("all", Shape.of(70), new Leaky(0.9f).withThreshold(0.2f));
        TorchRandom random = new TorchRandom(1);
        builder.project("x-maps", x, maps, Convolution.of(2, 3, Kernel.of(3).withPadding(1), random))
                .plastic(Plasticity.stdp().with("scale", 1e-3));
        builder.project("maps-all", maps, all, new Flatten(), Dense.linear(108, 70, random))
                .plastic(Plasticity.mstdpet().with("reward", 1e-3))
                .delay(1);
        SpikeMatrix input = Matrices.spikes(arena, STEPS * BATCH, 72, 0.4, new Random(1));
        try (Simulation simulation = builder.build().simulate(BATCH)) {
            assertNone(30, () -> simulation.run(input));
            long held = NativeMemory.withoutArena();
            Learning learning = simulation.learning(7, 3, Double.POSITIVE_INFINITY);
            long kept = NativeMemory.withoutArena() - held;
            assertTrue(kept > 0);
            assertNone(30, () -> simulation.run(input));
            assertFalse(learning.isFrozen());
            assertTrue(NativeMemory.withoutArena() <= held + kept);
        }
    }

    @Test
    void rulesOfListedSynapses() {
        NetworkBuilder builder = Network.builder(arena);
        Input x = builder.input("x", Shape.of(30));
        Population all = builder.population("all", Shape.of(70), new Leaky(0.9f).withThreshold(0.2f));
        builder.project("x-all", x, all, Dense.linear(30, 70, new TorchRandom(1)));
        Sparse synapses = Sparse.of(Connectivity.outDegree(5))
                .weights(Distribution.uniform(0, 0.1))
                .delays(Distribution.uniform(0, 4));
        builder.project("all-all", all, all, synapses)
                .plastic(Plasticity.tripletStdp())
                .delay(1);
        SpikeMatrix input = Matrices.spikes(arena, STEPS * 2, 30, 0.4, new Random(1));
        try (Simulation simulation = builder.build().simulate(2)) {
            assertNone(100, () -> simulation.run(input));
        }
    }

    /** Pools and norms after convolutions share memory, for frames and for spikes. */
    @Test
    void poolsAndNormalizedMaps() {
        Network network = Networks.of(
                Shape.of(1, 11, 11),
                pooled(12, 2, new Leaky(0.9f).withThreshold(0.1f)),
                maps(20, 3, new Leaky(0.9f), BatchNorm.of(20), Pool.average(2)));
        SpikeMatrix spikes = Matrices.spikes(arena, STEPS * BATCH, 121, 0.3, new Random(1));
        FloatMatrix frame = Matrices.uniform(arena, BATCH, 121, new Random(1));
        try (Simulation simulation = network.simulate(BATCH, 2)) {
            assertNone(30, () -> {
                simulation.reset();
                simulation.run(spikes);
                simulation.reset();
                simulation.runConstant(frame, STEPS);
            });
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyModel(int model) {
        Random random = new Random(1);
        int currents = 70 * RandomNeuron.gates(model);
        Network network = Networks.of(
                arena,
                100,
                by(
                        Dense.of(arena, Matrices.uniform(arena, currents, 100, random)),
                        new RandomNeuron(arena, 70, random).of(model)));
        SpikeMatrix input = Matrices.spikes(arena, STEPS * BATCH, 100, 0.4, random);
        try (Simulation simulation = network.simulate(BATCH)) {
            simulation.recordMembranes(0, STEPS);
            Simulations.assertRunsAllocateNothing(simulation, input);
        }
    }

    private static List<Integer> models() {
        return Tries.beforeTheNight(
                3, IntStream.range(0, RandomNeuron.MODELS).boxed().toList());
    }
}

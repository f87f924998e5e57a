package dev.spikelane.network;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.Synaptic;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Users of neurons in maps see only torch's order. */
@EveryWidth
final class ShapedPopulationTest {

    private static final Shape MAPS = Shape.of(2, 3, 3);

    @Test
    void weightsFromAllToAllAreInTorchOrder() {
        Random random = new Random(1);
        int size = MAPS.size();
        FloatMatrix weights = FloatMatrix.zeros(size, size);
        for (int i = 0; i < size * size; i++) {
            weights.set(i / size, i % size, (random.nextInt(9) - 4) / 8f); // exact sums in any order
        }
        Recurrence recurrence = Recurrence.allToAll(weights);
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), 20, size, 0.5, random);
        assertSameBits(membranes(Shape.of(size), recurrence, input), membranes(MAPS, recurrence, input), "membranes");
    }

    private static FloatMatrix membranes(Shape shape, Recurrence recurrence, SpikeMatrix input) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", shape);
        Population maps = builder.population("maps", shape, new RLeaky(recurrence, 0.5f));
        builder.project("x-maps", x, maps);
        try (Simulation simulation = builder.build().simulate(1)) {
            Population.VariableRecorder recorder = simulation.recordMembranes("maps", input.rows());
            simulation.run(input);
            return recorder.values();
        }
    }

    /** Except for fingerprints and checksum, neurons in maps leave the bytes of a row of neurons in torch's order. */
    @Test
    void snapshotsAreInTorchOrder() {
        SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), 9, MAPS.size(), 0.5, new Random(2));
        FloatMatrix values = Matrices.uniform(Arena.ofAuto(), 9, MAPS.size(), new Random(3));
        for (Signal input : new Signal[] {spikes, values}) {
            byte[] flat = stateAfter(Shape.of(MAPS.size()), input).toBytes();
            byte[] maps = stateAfter(MAPS, input).toBytes();
            assertArrayEquals(withoutFingerprints(flat), withoutFingerprints(maps));
        }
    }

    private static byte[] withoutFingerprints(byte[] state) {
        Arrays.fill(state, 8, 24, (byte) 0);
        Arrays.fill(state, 60, 64, (byte) 0); // the checksum of the header
        return state;
    }

    /** Delayed spikes, values and variables, feedback, and a restored state. */
    private static SimulationState stateAfter(Shape shape, Signal input) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", shape);
        Population first =
                builder.population("first", shape, new RLeaky(Recurrence.oneToOne(0.5f), 0.5f).withThreshold(0.125));
        Population second = builder.population("second", shape, new Synaptic(0.5f, 0.75f));
        builder.project("x-first", x, first).delay(2);
        builder.project("first-second", first, second).delay(3);
        builder.project("synapse-first", second.variable("synapse"), first).delay(1);
        Network network = builder.build();
        try (Simulation simulation = network.simulate(3);
                Simulation restored = network.simulate(3)) {
            simulation.run(Map.of("x", input));
            SimulationState state = simulation.snapshot();
            restored.restore(state);
            for (String name : List.of("first", "second")) {
                FloatMatrix membrane = simulation.state(name).membrane();
                assertSameBits(membrane, restored.state(name).membrane(), name);
            }
            assertArrayEquals(state.toBytes(), restored.snapshot().toBytes());
            assertTrue(simulation.state("first").previousSpikes().count() > 0, "somebody fired");
            return state;
        }
    }

    /** Spikes of an all-to-all recurrence are stored outside the neurons, but the state shows them. */
    @Test
    void statesShowTheSpikesOfTheStepBefore() {
        for (Shape shape : new Shape[] {Shape.of(MAPS.size()), MAPS}) {
            Recurrence recurrence =
                    Recurrence.allToAll(Matrices.uniform(Arena.ofAuto(), MAPS.size(), MAPS.size(), new Random(4)));
            NetworkBuilder builder = Network.builder();
            Input x = builder.input("x", shape);
            builder.project("x-maps", x, builder.population("maps", shape, new RLeaky(recurrence, 0.5f)));
            SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), 80, MAPS.size(), 0.5, new Random(5));
            try (Simulation simulation = builder.build().simulate(2)) {
                Population.SpikeRecorder recorder = simulation.recordSpikes("maps", 40);
                assertEquals(0, simulation.state("maps").previousSpikes().count());
                int step = 0;
                for (int steps : new int[] {1, 1, 20, 3, 15}) { // the block grows meanwhile
                    simulation.run(input.rows(2 * step, 2 * steps));
                    step += steps;
                    SpikeMatrix before = simulation.state("maps").previousSpikes();
                    assertSameBits(recorder.spikes().rows(2 * step - 2, 2), before, "step " + step);
                }
            }
        }
    }

    /** Gates of maps are maps, gate after gate in torch's order. */
    @Test
    void gatesOfMapsAreMaps() {
        Random random = new Random(6);
        Shape four = MAPS.times(4);
        FloatMatrix shares = Matrices.uniform(Arena.ofAuto(), 1, four.size(), random);
        FloatMatrix input = Matrices.uniform(Arena.ofAuto(), 20, four.size(), random);
        SLstm model = new SLstm(
                FloatMatrix.zeros(four.size(), MAPS.size()),
                Matrices.uniform(Arena.ofAuto(), 1, four.size(), random),
                0.1f);
        @Nullable FloatMatrix flat = null;
        for (Shape shape : new Shape[] {Shape.of(four.size()), four}) {
            Network network = Network.builder(shape)
                    .connect(new OneToOne(shares.toArray()))
                    .neuron("cells", model)
                    .build();
            try (Simulation simulation = network.simulate(1)) {
                Population.VariableRecorder recorder = simulation.recordMembranes("cells", input.rows());
                simulation.run(input);
                flat = flat == null ? recorder.values() : flat;
                assertSameBits(flat, recorder.values(), shape + " -> " + network.populations());
            }
        }
        assertInvalid(
                "population 'cells' gets 2 maps of currents, expected a multiple of 4 for " + model,
                () -> Network.builder(MAPS).connect(new OneToOne(1)).neuron("cells", model));
    }
}

package dev.spikelane.network;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertStart;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.graph.RandomNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A run that is moved to another simulation halfway continues unchanged. */
@EveryWidth
final class SnapshotProperties extends KernelCase {

    private static final int INPUTS = 12;
    private static final int NEURONS = 70;

    @Property(tries = 6, edgeCases = EdgeCasesMode.NONE)
    void everyModelGoesOnInAnotherSimulation(@UpTo(3) int batch, @UpTo(12) int half, @ForAll long seed) {
        for (int model = 0; model < RandomNeuron.MODELS; model++) {
            Random random = new Random(seed + model);
            Network network = network(new RandomNeuron(arena, NEURONS, random).of(model), random);
            SpikeMatrix input = Matrices.spikes(arena, 2 * half * batch, INPUTS, 0.4, random);
            SpikeMatrix first = input.rows(0, half * batch);
            SpikeMatrix second = input.rows(half * batch, half * batch);
            FloatMatrix learned = Matrices.uniform(arena, 1, NEURONS, random);
            try (Simulation whole = network.simulate(batch, 2);
                    Simulation one = network.simulate(batch);
                    Simulation other = network.simulate(batch, 2)) {
                Population.SpikeRecorder expected = whole.recordSpikes("out", 2 * half);
                whole.plasticWeights().replace("own.weight", learned);
                whole.run(input);
                one.plasticWeights().replace("own.weight", learned);
                one.run(first);
                byte[] bytes = one.snapshot().toBytes();
                other.run(second); // leaves other state that must be replaced
                other.restore(SimulationState.of(bytes));
                assertArrayEquals(bytes, other.snapshot().toBytes(), "model " + model + ", restored");
                assertEquals(half, other.steps());
                Population.SpikeRecorder actual = other.recordSpikes("out", 2 * half);
                other.run(second);
                assertArrayEquals(whole.snapshot().toBytes(), other.snapshot().toBytes(), "model " + model);
                assertSameBits(
                        expected.spikes().rows(half * batch, half * batch),
                        actual.spikes().rows(half * batch, half * batch),
                        "spikes of model " + model);
                try (Simulation fork = one.fork()) {
                    fork.run(second);
                    assertArrayEquals(
                            whole.snapshot().toBytes(), fork.snapshot().toBytes(), "fork of model " + model);
                }
                assertArrayEquals(bytes, one.snapshot().toBytes(), "a fork leaves its origin as it was");
            }
        }
    }

    /** Neurons of a model in a loop, with a delayed input, a delayed variable and a following population. */
    private Network network(Neuron neuron, Random random) {
        NetworkBuilder builder = Network.builder(arena);
        Input x = builder.input("x", Shape.of(INPUTS));
        Population p = builder.population("p", Shape.of(NEURONS), neuron);
        Population out = builder.population("out", Shape.of(NEURONS), new Leaky(0.7f));
        int currents = neuron.gates() * NEURONS;
        builder.project("x-p", x, p, dense(INPUTS, currents, random)).delay(2);
        builder.project("p-p", p, p, dense(NEURONS, currents, random)).delay(3);
        builder.project("own", p, out, new OneToOne(new float[NEURONS]))
                .plastic()
                .delay(1);
        builder.project("seen", p.variable(neuron.variables().getLast()), out, new OneToOne(0.5f))
                .delay(4);
        return builder.build();
    }

    private Dense dense(int from, int to, Random random) {
        return Dense.of(arena, Matrices.uniform(arena, to, from, random), Matrices.uniform(arena, 1, to, random));
    }

    @Example
    void refusesDamagedBytes() {
        byte[] bytes = bytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = new byte[length];
            System.arraycopy(bytes, 0, cut, 0, length);
            assertThrows(IllegalArgumentException.class, () -> SimulationState.of(cut), "cut to " + length);
        }
        for (int i = 0; i < bytes.length; i++) {
            byte[] flipped = bytes.clone();
            flipped[i] ^= 16;
            IllegalArgumentException failure =
                    assertThrows(IllegalArgumentException.class, () -> SimulationState.of(flipped), "byte " + i);
            assertTrue(failure.getMessage().contains("expected"), failure.getMessage());
        }
        byte[] cut = new byte[bytes.length - 1];
        System.arraycopy(bytes, 0, cut, 0, cut.length);
        assertStart("state has ", () -> SimulationState.of(cut));
        assertInvalid(
                "3 bytes that do not start as a state does, expected SPKS and a header",
                () -> SimulationState.of(new byte[3]));
    }

    @Example
    void refusesOtherVersionsGraphsAndBatches() {
        byte[] bytes = bytes();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(Integer.BYTES, 6);
        assertInvalid(
                "state has version 6, which a newer Spikelane took, expected 5: run the steps again",
                () -> SimulationState.of(bytes));
        SimulationState state = SimulationState.of(bytes());
        Network same = network(new Leaky(0.5f), new Random(1));
        Network other = network(new Leaky(0.5f).withThreshold(2), new Random(1));
        try (Simulation more = same.simulate(3);
                Simulation stranger = other.simulate(2)) {
            assertInvalid("state is of batch 2, expected 3", () -> more.restore(state));
            assertNotEquals(same.fingerprint(), other.fingerprint());
            assertInvalid(
                    "state is of a network of as many neurons, but with other connections, options or parameters"
                            + " (fingerprint " + Long.toHexString(same.fingerprint()) + ", expected "
                            + Long.toHexString(other.fingerprint()) + ")",
                    () -> stranger.restore(state));
        }
    }

    @Example
    void knowsTheValuesOfTheNetwork() {
        Network network = network(new Leaky(0.5f), new Random(1));
        Network otherValues = network(new Leaky(0.5f), new Random(2));
        try (Simulation one = network.simulate(1);
                Simulation other = otherValues.simulate(1)) {
            SimulationState state = one.snapshot();
            assertEquals(network.weights().hash(), state.valuesHash());
            other.restore(state); // an equal graph
            assertNotEquals(other.snapshot().valuesHash(), state.valuesHash());
        }
    }

    private byte[] bytes() {
        Network network = network(new Leaky(0.5f), new Random(1));
        try (Simulation simulation = network.simulate(2)) {
            simulation.run(Matrices.spikes(arena, 10, INPUTS, 0.4, new Random(3)));
            return simulation.snapshot().toBytes();
        }
    }
}

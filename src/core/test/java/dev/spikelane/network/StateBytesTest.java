package dev.spikelane.network;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** States in the caller's memory, and observers that are part of them. */
@EveryWidth
final class StateBytesTest {

    private static final int STEPS = 6;

    private static Network network() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(3, 5, 7));
        Population hidden = builder.population("a", Shape.of(3, 5, 7), new Leaky(0.9f).withThreshold(0.1f));
        Population out = builder.population("b", Shape.of(10), new Leaky(0.9f).withThreshold(0.1f));
        builder.project("xa", x, hidden, new OneToOne(1)).delay(2);
        builder.project("ab", hidden, out, new Flatten(), Dense.linear(105, 10, new TorchRandom(1)))
                .delay(1);
        return builder.build();
    }

    private static SpikeMatrix input() {
        return Matrices.spikes(Arena.ofAuto(), STEPS, 105, 0.5, new Random(1));
    }

    @Test
    void anyBufferHoldsTheBytesOfAState() {
        try (Simulation simulation = network().simulate(1);
                Simulation other = simulation.network().simulate(1)) {
            simulation.run(input());
            byte[] expected = simulation.snapshot().toBytes();
            assertEquals(expected.length, simulation.stateBytes());
            for (boolean direct : new boolean[] {false, true}) {
                int size = expected.length + 7;
                ByteBuffer into = direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
                simulation.snapshot(into.position(3));
                assertEquals(3 + expected.length, into.position());
                assertEquals(ByteOrder.BIG_ENDIAN, into.order());
                byte[] actual = new byte[expected.length];
                into.get(3, actual);
                assertArrayEquals(expected, actual);
                ByteBuffer read = into.flip().position(3).asReadOnlyBuffer();
                other.reset();
                other.restore(read);
                assertEquals(0, read.remaining());
                assertArrayEquals(expected, other.snapshot().toBytes());
            }
        }
    }

    /** A simulation may live long, with large states. */
    @Test
    void buffersAreForgotten() {
        try (Simulation simulation = network().simulate(1)) {
            WeakReference<ByteBuffer> written = new WeakReference<>(ByteBuffer.allocate(simulation.stateBytes()));
            simulation.snapshot(Objects.requireNonNull(written.get()));
            requireFreed(written);
            WeakReference<ByteBuffer> read =
                    new WeakReference<>(ByteBuffer.wrap(simulation.snapshot().toBytes()));
            simulation.restore(Objects.requireNonNull(read.get()));
            requireFreed(read);
        }
    }

    private static void requireFreed(WeakReference<ByteBuffer> buffer) {
        for (int i = 0; i < 50 && !buffer.refersTo(null); i++) {
            System.gc();
        }
        assertTrue(buffer.refersTo(null));
    }

    @Test
    void refusesBuffersThatAreTooShort() {
        try (Simulation simulation = network().simulate(1)) {
            int size = simulation.stateBytes();
            ByteBuffer tight = ByteBuffer.allocate(size - 1);
            assertInvalid(
                    "buffer has " + (size - 1) + " bytes left, expected at least the " + size + " of this state",
                    () -> simulation.snapshot(tight));
            assertEquals(0, tight.position());
            ByteBuffer whole = ByteBuffer.allocate(size);
            simulation.snapshot(whole);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> simulation.restore(whole.flip().limit(size - 1)));
        }
    }

    /** Sessions that share a simulation have separate counts and recordings if these are part of the state. */
    @Test
    void countsAndRecordingsGoOnWithTheirSession() {
        Network network = network();
        SpikeMatrix input = input();
        FloatMatrix expectedCounts;
        SpikeMatrix expectedSpikes;
        FloatMatrix expectedMembranes;
        FloatMatrix expectedCurrents;
        try (Simulation alone = network.simulate(1)) {
            SpikeCounts counts = alone.countSpikes("b");
            Population.SpikeRecorder spikes = alone.recordSpikes("a", STEPS);
            Population.VariableRecorder membranes = alone.record("b", "membrane", STEPS);
            Population.VariableRecorder currents = alone.record("b", "current", STEPS);
            alone.run(input);
            expectedCurrents = currents.values();
            expectedCounts = counts.perNeuron();
            expectedSpikes = spikes.spikes();
            expectedMembranes = membranes.values();
        }
        try (Simulation shared = network.simulate(1)) {
            SpikeCounts counts = shared.keepInState(shared.countSpikes("b"));
            Population.SpikeRecorder spikes = shared.keepInState(shared.recordSpikes("a", STEPS));
            Population.VariableRecorder membranes = shared.keepInState(shared.record("b", "membrane", STEPS));
            Population.VariableRecorder currents = shared.keepInState(shared.record("b", "current", STEPS));
            ByteBuffer[] sessions = new ByteBuffer[2];
            for (int session = 0; session < 2; session++) {
                sessions[session] = ByteBuffer.allocate(shared.stateBytes());
                shared.snapshot(sessions[session]);
            }
            for (int step = 0; step < STEPS; step++) {
                for (ByteBuffer session : sessions) {
                    shared.restore(session.flip());
                    shared.step(input.rows(step, 1));
                    shared.snapshot(session.clear());
                }
            }
            assertSameBits(expectedCounts, counts.perNeuron(), "counts");
            assertSameBits(expectedSpikes, spikes.spikes(), "spikes");
            assertSameBits(expectedMembranes, membranes.values(), "membranes");
            assertSameBits(expectedCurrents, currents.values(), "currents");
        }
    }

    @Test
    void observersFitTheState() {
        Network network = network();
        try (Simulation plain = network.simulate(1);
                Simulation counting = network.simulate(1);
                Simulation recording = network.simulate(1)) {
            SpikeCounts counts = counting.keepInState(counting.countSpikes("b"));
            recording.keepInState(recording.recordSpikes("b", STEPS));
            String ofCounts = "[dev.spikelane.network.SpikeCounts of 'b', 264 bytes]";
            assertInvalid(
                    "state holds nothing that observers hold, expected that of " + ofCounts,
                    () -> counting.restore(plain.snapshot()));
            assertInvalid(
                    "state holds what other observers hold, expected that of " + ofCounts,
                    () -> counting.restore(recording.snapshot()));
            counting.run(input());
            plain.restore(counting.snapshot()); // a session without observers also continues
            plain.run(input());
            counting.run(input());
            assertEquals(plain.snapshot().toBytes().length, counting.snapshot().toBytes().length - 264 - Long.BYTES);
            assertSameBits(counting.state("a").membrane(), plain.state("a").membrane(), "membranes");
            assertThrows(IllegalArgumentException.class, () -> counting.keepInState(counts));
            assertThrows(IllegalArgumentException.class, () -> plain.keepInState(counts));
            Population.Observer stateless = plain.observe("b", (firstStep, steps, spikes, membranes) -> {});
            assertThrows(IllegalArgumentException.class, () -> plain.keepInState(stateless));
        }
    }

    /** An observer whose state is a number, and which equals others of its name. */
    private record Named(String name) implements Population.Observer {

        @Override
        public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {}

        @Override
        public long stateBytes() {
            return Integer.BYTES;
        }

        @Override
        public void writeState(ByteBuffer to) {
            to.putInt(1);
        }

        @Override
        public void readState(ByteBuffer from) {
            from.getInt();
        }
    }

    /** Observers are distinguished as objects: equal ones have separate states. */
    @Test
    void equalObserversAreSeveral() {
        try (Simulation simulation = network().simulate(1)) {
            Named one = simulation.keepInState(simulation.observe("b", new Named("same")));
            int withOne = simulation.stateBytes();
            Named other = simulation.keepInState(simulation.observe("b", new Named("same")));
            assertEquals(withOne + Integer.BYTES, simulation.stateBytes());
            assertEquals(one, other);
            assertThrows(IllegalArgumentException.class, () -> simulation.keepInState(one));
            assertThrows(IllegalArgumentException.class, () -> simulation.keepInState(new Named("same")));
        }
    }

    @Test
    void statesOfMoreThanTwoGigabytesAreRefused() {
        assertEquals(100, StateBytes.requireSize(100));
        assertIllegalState(
                "state has 3000000000 bytes, expected at most 2 GB", () -> StateBytes.requireSize(3_000_000_000L));
    }

    /** Neither states nor forks leave copies of weights for a collection. */
    @Test
    void statesAndForksTakeNoMemoryThatWaitsForACollection() {
        BufferPoolMXBean automatic = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
        try (Simulation simulation = network().simulate(1)) {
            simulation.run(input());
            SimulationState first = simulation.snapshot();
            long before = automatic.getTotalCapacity();
            for (int i = 0; i < 50; i++) {
                assertEquals(first, simulation.snapshot());
                simulation.restore(first);
                simulation.fork().close();
            }
            assertEquals(true, automatic.getTotalCapacity() - before <= 0, "bytes before and after differ");
        }
    }
}

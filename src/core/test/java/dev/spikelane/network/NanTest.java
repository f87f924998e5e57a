package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.engine.StateHeader;
import dev.spikelane.engine.thread.UseLocks;
import dev.spikelane.engine.thread.ValueGuard;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** All NaNs are one value, whatever bits the CPU produces. */
@EveryWidth
final class NanTest {

    private static final int CANONICAL = 0x7FC0_0000;
    private static final int OTHER = 0xFFC1_2345;
    /** Bytes of a state before the first population. */
    private static final int HEADER = StateHeader.BYTES + 1;

    @Test
    void hashesDoNotTellNansApart() {
        assertEquals(hash(CANONICAL), hash(OTHER));
        assertEquals(hash(CANONICAL), hash(0x7F80_0001));
        assertNotEquals(hash(CANONICAL), hash(0x7F80_0000));
        assertNotEquals(hash(0), hash(0x8000_0000));
    }

    private static long hash(int bits) {
        return new Weights(Map.of("fc.bias", new Bits(bits)), new ValueGuard(new UseLocks())).hash();
    }

    private record Bits(int bits) implements Values {

        @Override
        public ValueDescription description() {
            return ValueDescription.weight("bias", 1);
        }

        @Override
        public void read(FloatMatrix into) {
            into.segment().set(ValueLayout.JAVA_INT, 0, bits);
        }

        @Override
        public void write(FloatMatrix from) {
            throw new AssertionError("nothing is written");
        }
    }

    /** Membranes, and those for a delayed projection. */
    @Test
    void snapshotsHoldOneNan() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(2));
        Population p = builder.population("p", Shape.of(2), new Leaky(0.5f));
        Population q = builder.population("q", Shape.of(2), new Leaky(0.5f));
        builder.project("x-p", x, p, new OneToOne(1));
        builder.project("p-q", p.variable("membrane"), q, new OneToOne(1)).delay(2);
        Network network = builder.build();
        try (Simulation simulation = network.simulate(1)) {
            byte[] zeros = simulation.snapshot().toBytes();
            SimulationState canonical = withMembrane(zeros, CANONICAL);
            simulation.restore(withMembrane(zeros, OTHER));
            assertEquals(canonical, simulation.snapshot());
            simulation.step(SpikeMatrix.zeros(1, 2));
            byte[] after = simulation.snapshot().toBytes();
            assertFalse(contains(after, OTHER), "the history too");
            simulation.restore(canonical);
            simulation.step(SpikeMatrix.zeros(1, 2));
            assertArrayEquals(simulation.snapshot().toBytes(), after);
        }
    }

    /** Returns a state with another membrane of the first neuron, after the steps of its word. */
    private static SimulationState withMembrane(byte[] state, int bits) {
        byte[] changed = state.clone();
        ByteBuffer to = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
        to.putInt(HEADER + Long.BYTES, bits);
        StateHeader.seal(to, 0, changed.length, new CRC32C());
        return SimulationState.of(changed);
    }

    private static boolean contains(byte[] bytes, int bits) {
        ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = HEADER; at + Integer.BYTES <= bytes.length; at++) {
            if (from.getInt(at) == bits) {
                return true;
            }
        }
        return false;
    }
}

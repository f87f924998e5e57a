package dev.spikelane.network;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * The state of a run, immutable. It holds
 * <ul>
 *   <li>every variable of every neuron, and the spikes and values in delay lines,
 *   <li>the number of steps, and with it the positions in random streams,
 *   <li>the values of plastic projections,
 *   <li>the content of the observers that {@link Simulation#keepInState} names.
 * </ul>
 *
 * <p>Equal states have equal bytes, as all NaNs are one value. The bytes are little endian, with a header of 64 bytes:
 * <pre>
 *  0 text  SPKS
 *  4 int   version, 5
 *  8 long  fingerprint of graph and models
 * 16 long  hash of the network's values
 * 24 int   batch
 * 28 int   -2, as it has no key
 * 32 long  steps
 * 40 long  0
 * 48 int   kind: 0, or 1 with observers
 * 52 int   bytes after the header
 * 56 int   CRC-32C of the bytes after the header
 * 60 int   CRC-32C of the header before this field
 * </pre>
 *
 * <p>The state follows. With observers their fingerprint (long) is before it, and their content after it. Rows of
 * shaped inputs and populations are in torch's order.
 */
public final class SimulationState {

    private final byte[] bytes;

    private SimulationState(byte[] bytes) {
        this.bytes = bytes;
    }

    static SimulationState take(StateBytes from, long steps) {
        byte[] bytes = new byte[from.size()];
        from.write(ByteBuffer.wrap(bytes), steps);
        return new SimulationState(bytes);
    }

    /**
     * Reads a state from bytes.
     *
     * @param bytes the bytes that {@link #toBytes} returned; copied
     * @return the state
     * @throws IllegalArgumentException if they are no state, of another version, or damaged
     */
    public static SimulationState of(byte[] bytes) {
        Objects.requireNonNull(bytes, "bytes");
        StateBytes.requireWhole(buffer(bytes));
        return new SimulationState(bytes.clone());
    }

    /** {@return a copy of the bytes, for {@link #of}} */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /** {@return the number of samples, at least 1} */
    public int batch() {
        return StateBytes.batch(buffer(bytes));
    }

    /** {@return the number of steps since the last reset} */
    public long steps() {
        return StateBytes.steps(buffer(bytes));
    }

    /** {@return {@link Weights#hash} of the network's values when the state was taken} */
    public long valuesHash() {
        return StateBytes.valuesHash(buffer(bytes));
    }

    ByteBuffer buffer() {
        return buffer(bytes);
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Compares graph, network values, batch, steps and variables, bit for bit. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SimulationState state && Arrays.equals(bytes, state.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "SimulationState of batch " + batch() + " after " + steps() + " steps, " + bytes.length + " bytes";
    }
}

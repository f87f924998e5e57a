package dev.spikelane.network;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * The state of a run: every variable of every neuron, the spikes and values that delayed projections will read, the
 * number of steps (and with it the positions in random streams), the values of plastic projections, and the content of
 * the observers that {@link Simulation#keepInState} names. Immutable. Equal states have equal bytes, as all NaNs are
 * one value.
 *
 * <p>As bytes, little endian, it has a header of 64 bytes: the text {@code SPKS}, the version (int, 5), the fingerprint
 * of graph and models, the hash of the network's values (longs), the batch, -2 as it has no key (ints), the steps, 0
 * (longs), the kind (0, or 1 with observers), the bytes after the header, their CRC-32C, and that of the header (ints).
 * The state follows; with observers their fingerprint (long) before it, and their content after it. Rows of shaped
 * inputs and populations are in torch's order.
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

    /**
     * Returns this state as bytes.
     *
     * @return a copy, for {@link #of}
     */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /**
     * Returns the number of samples.
     *
     * @return batch, at least 1
     */
    public int batch() {
        return StateBytes.batch(buffer(bytes));
    }

    /**
     * Returns the number of steps since the last reset.
     *
     * @return steps
     */
    public long steps() {
        return StateBytes.steps(buffer(bytes));
    }

    /**
     * Returns the hash of the values that the network had.
     *
     * @return {@link Weights#hash} of the network's values when the state was taken
     */
    public long valuesHash() {
        return StateBytes.valuesHash(buffer(bytes));
    }

    /** The bytes themselves. */
    ByteBuffer buffer() {
        return buffer(bytes);
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Compares all that states carry: graph, values of the network, batch, steps and variables, bit for bit. */
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

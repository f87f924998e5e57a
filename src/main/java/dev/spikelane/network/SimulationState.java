package dev.spikelane.network;

import dev.spikelane.engine.NetworkRun;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * All that a run carries from step to step: every variable of every neuron, the spikes and values that delayed projections will read, the
 * number of steps (and with it the places in random streams), and the values of plastic projections. Immutable; equal states have equal bytes.
 *
 * <p>As bytes, little endian: the text {@code SPKS}, the version (int, 3), the fingerprint of graph and models (long), the hash of the
 * network's values (long), the batch (int), steps (long), the state, and a CRC-32C of all before it (int). Rows of shaped inputs and
 * populations are in torch's order.
 */
public final class SimulationState {

    private static final int MAGIC = 0x53_4b_50_53;
    private static final int VERSION = 3;
    private static final int HEADER = 3 * Integer.BYTES + 3 * Long.BYTES;

    private final byte[] bytes;
    private final long fingerprint;
    private final long valuesHash;
    private final int batch;
    private final long steps;

    private SimulationState(byte[] bytes) {
        ByteBuffer header = buffer(bytes).position(2 * Integer.BYTES);
        this.bytes = bytes;
        this.fingerprint = header.getLong();
        this.valuesHash = header.getLong();
        this.batch = header.getInt();
        this.steps = header.getLong();
    }

    static SimulationState take(Network network, int batch, long steps, NetworkRun run) {
        long size = HEADER + run.bytes() + Integer.BYTES;
        if (size > Integer.MAX_VALUE - Long.BYTES) {
            throw new IllegalStateException("state has " + size + " bytes, expected at most 2 GB");
        }
        byte[] bytes = new byte[(int) size];
        ByteBuffer to = buffer(bytes);
        to.putInt(MAGIC).putInt(VERSION);
        to.putLong(network.fingerprint()).putLong(network.weights().hash());
        to.putInt(batch).putLong(steps);
        run.write(to);
        to.putInt(checksum(bytes));
        return new SimulationState(bytes);
    }

    /**
     * Reads a state from bytes.
     *
     * @param bytes what {@link #toBytes} returned; copied
     * @return the state
     * @throws IllegalArgumentException if they are no state, of another version, or damaged
     */
    public static SimulationState of(byte[] bytes) {
        Objects.requireNonNull(bytes, "bytes");
        if (bytes.length < HEADER + Integer.BYTES || buffer(bytes).getInt(0) != MAGIC) {
            throw new IllegalArgumentException(
                    bytes.length + " bytes that do not start as a state does, expected SPKS and a header");
        }
        int version = buffer(bytes).getInt(Integer.BYTES);
        if (version != VERSION) {
            throw new IllegalArgumentException("state has version " + version + ", which "
                    + (version < VERSION ? "an older" : "a newer") + " Spikelane took, expected " + VERSION
                    + ": run the steps again");
        }
        int found = checksum(bytes);
        int expected = buffer(bytes).getInt(bytes.length - Integer.BYTES);
        if (found != expected) {
            throw new IllegalArgumentException("state is damaged: its checksum is " + Integer.toHexString(found)
                    + ", expected " + Integer.toHexString(expected));
        }
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
        return batch;
    }

    /**
     * Returns the number of steps since the last reset.
     *
     * @return steps
     */
    public long steps() {
        return steps;
    }

    /**
     * Returns the hash of the values that the network had.
     *
     * @return {@link Weights#hash} of the network's values when the state was taken
     */
    public long valuesHash() {
        return valuesHash;
    }

    void requireFit(Network network, int samples) {
        if (fingerprint != network.fingerprint()) {
            throw new IllegalArgumentException("state is of a graph or models with the fingerprint "
                    + Long.toHexString(fingerprint) + ", expected " + Long.toHexString(network.fingerprint()));
        }
        if (batch != samples) {
            throw new IllegalArgumentException("state is of batch " + batch + ", expected " + samples);
        }
    }

    void put(NetworkRun run) {
        ByteBuffer from = buffer(bytes).position(HEADER);
        try {
            run.read(from);
        } catch (BufferUnderflowException | IndexOutOfBoundsException tooShort) {
            throw new IllegalArgumentException("state has too few bytes, " + bytes.length, tooShort);
        }
        if (from.remaining() != Integer.BYTES) {
            throw new IllegalArgumentException(
                    "state has " + (from.remaining() - Integer.BYTES) + " bytes too many, of " + bytes.length);
        }
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, bytes.length - Integer.BYTES);
        return (int) checksum.getValue();
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
        return "SimulationState of batch " + batch + " after " + steps + " steps, " + bytes.length + " bytes";
    }
}

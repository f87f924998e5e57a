package dev.spikelane.session;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.description.Fingerprint;
import dev.spikelane.description.NetworkFingerprint;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Network;
import dev.spikelane.simd.RowBytes;
import dev.spikelane.simd.Rows;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Hashes of a session's steps since its last receipt, stored after its packed state. They are:
 * <ul>
 * <li>the first 64 bits of the model's hash, and the step after which the receipt begins;
 * <li>the number of buffered bytes of rows;
 * <li>SHA-256 hashes of the state at that step, of the previous receipt, and of the rows as a chain:
 *     {@code chain = SHA-256(chain, rows)} whenever the buffer is full;
 * <li>the buffer. A row has the inputs and the output spikes of a step.
 * </ul>
 */
final class ReceiptState {

    static final int HASH = 32;
    private static final int AT_FIRST = Long.BYTES;
    private static final int AT_WAITING = AT_FIRST + Long.BYTES;
    private static final int AT_STATE = AT_WAITING + Long.BYTES;
    private static final int AT_PREVIOUS = AT_STATE + HASH;
    private static final int AT_CHAIN = AT_PREVIOUS + HASH;
    private static final int AT_ROWS = AT_CHAIN + HASH;

    /** Bytes of the buffer: with the chain and the padding of SHA-256, 12 blocks of 64 bytes. */
    private static final int LEAST_ROOM = 12 * 64 - 9 - HASH;

    /** Stands for the model's hash if weights changed between the steps. */
    private static final long MIXED = 0;

    /** Stands for the number of buffered bytes before the state is hashed. */
    private static final long BEGUN = -1;

    private final long atTrail;
    private final int rowBytes;
    private final int room;
    private final EarlyExit rule;
    private final MessageDigest digest = Fingerprint.digest();
    private final byte[] bytes;
    private byte[] model = {};

    /**
     * Creates the hash buffers of one thread.
     *
     * @param atTrail the bytes of the packed state before the hashes
     * @param first a row of each input
     */
    ReceiptState(long atTrail, Signal[] first, int outputs, EarlyExit rule) {
        this.atTrail = atTrail;
        this.rule = rule;
        int row = Math.ceilDiv(outputs, Byte.SIZE);
        for (Signal each : first) {
            row += RowBytes.least(each);
        }
        this.rowBytes = row;
        this.room = Math.max(LEAST_ROOM, rowBytes);
        this.bytes = new byte[(int) Math.max(HASH + room, atTrail)];
    }

    /** Returns the bytes of a packed session with its hashes. */
    long end() {
        return Math.ceilDiv(atTrail + AT_ROWS + room, Long.BYTES) * Long.BYTES;
    }

    /** Sets the hash of the network's present values. */
    void model(byte[] sha256) {
        model = sha256;
    }

    /** Returns the hash of a model: of its graph with all options, and of its values. */
    static byte[] hash(Network network) {
        MessageDigest made = Fingerprint.digest();
        made.update(NetworkFingerprint.sha256(network.laidOut().description()));
        return made.digest(network.weights().sha256());
    }

    /**
     * Begins a receipt at the present step.
     *
     * @param previous the hash of the previous receipt; null keeps the stored one
     */
    void begin(MemorySegment memory, long at, @Nullable MemorySegment previous) {
        long trail = at + atTrail;
        if (previous != null) {
            MemorySegment.copy(previous, 0, memory, trail + AT_PREVIOUS, HASH);
        }
        for (long next = AT_CHAIN; next < AT_ROWS; next += Long.BYTES) {
            memory.set(JAVA_LONG, trail + next, 0);
        }
        memory.set(JAVA_LONG, trail, Fingerprint.value(model));
        memory.set(JAVA_LONG, trail + AT_FIRST, memory.get(JAVA_LONG, at));
        memory.set(JAVA_LONG, trail + AT_WAITING, BEGUN);
    }

    /**
     * Hashes the state at the beginning of a receipt. The worker of the next step does this, as it reads the state
     * anyway.
     */
    void prepare(MemorySegment memory, long at) {
        long trail = at + atTrail;
        if (memory.get(JAVA_LONG, trail + AT_WAITING) == BEGUN) {
            hash(memory, at, (int) atTrail, trail + AT_STATE);
            memory.set(JAVA_LONG, trail + AT_WAITING, 0);
        }
    }

    /** Hashes {@code count} bytes at {@code at} to {@code into}. */
    private void hash(MemorySegment memory, long at, int count, long into) {
        MemorySegment.copy(memory, JAVA_BYTE, at, bytes, 0, count);
        digest.update(bytes, 0, count);
        try {
            digest.digest(bytes, 0, HASH);
        } catch (DigestException impossible) {
            throw new AssertionError(impossible);
        }
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, into, HASH);
    }

    /** Adds the rows of one step. */
    void add(MemorySegment memory, long at, Signal[] inputs, int row, SpikeMatrix fired, int sample) {
        long trail = at + atTrail;
        if (memory.get(JAVA_LONG, trail) != Fingerprint.value(model)) {
            boolean only = memory.get(JAVA_LONG, at) - 1 == memory.get(JAVA_LONG, trail + AT_FIRST);
            memory.set(JAVA_LONG, trail, only ? Fingerprint.value(model) : MIXED);
        }
        long waiting = memory.get(JAVA_LONG, trail + AT_WAITING);
        if (waiting + rowBytes > room) {
            hash(memory, trail + AT_CHAIN, (int) (HASH + waiting), trail + AT_CHAIN);
            waiting = 0;
        }
        long next = trail + AT_ROWS + waiting;
        for (Signal each : inputs) {
            next = Rows.pack(each, row, memory, next, false);
        }
        Rows.pack(fired, sample, memory, next, false);
        memory.set(JAVA_LONG, trail + AT_WAITING, waiting + rowBytes);
    }

    /** Creates the receipt of the steps since the last one, and begins the next one. */
    byte[] receipt(MemorySegment memory, long at, SessionKey key, int label, int version) {
        long trail = at + atTrail;
        long first = memory.get(JAVA_LONG, trail + AT_FIRST);
        long steps = memory.get(JAVA_LONG, at) - first;
        if (steps == 0) {
            throw new IllegalStateException(
                    "session " + key + " has done no step since its last receipt, expected at least one");
        }
        long made = memory.get(JAVA_LONG, trail);
        if (made != Fingerprint.value(model) || steps > Integer.MAX_VALUE) {
            begin(memory, at, null);
            String found = steps > Integer.MAX_VALUE ? steps + " steps" : "steps with other weights";
            String most = steps > Integer.MAX_VALUE ? "at most " + Integer.MAX_VALUE : "only the present weights";
            throw new IllegalStateException("session " + key + " has done " + found + " since its last receipt,"
                    + " expected " + most + ": the next receipt begins here");
        }
        long waiting = memory.get(JAVA_LONG, trail + AT_WAITING);
        hash(memory, trail + AT_CHAIN, (int) (HASH + waiting), trail + AT_CHAIN);
        ByteBuffer receipt = ByteBuffer.allocate(Receipt.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        receipt.putLong(Receipt.session(key)).putLong(first).putInt((int) steps).putInt(label);
        receipt.putLong(memory.get(JAVA_LONG, at + SessionRun.AT_DECIDED)).putLong(made);
        for (int hash : new int[] {AT_STATE, AT_CHAIN, AT_PREVIOUS}) {
            receipt.putLong(memory.get(JAVA_LONG, trail + hash));
        }
        receipt.putInt(version);
        digest.update(receipt.array(), 0, receipt.position());
        digest.update(model);
        MemorySegment.copy(memory, JAVA_BYTE, trail + AT_STATE, bytes, 0, 3 * HASH);
        digest.update(bytes, 0, 3 * HASH);
        ByteBuffer ruled = ByteBuffer.allocate(3 * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        digest.update(ruled.putInt(rule.steps())
                .putInt(rule.margin())
                .putInt(rule.classes())
                .flip());
        receipt.put(digest.digest());
        MemorySegment.copy(receipt.array(), Receipt.AT_DIGEST, memory, JAVA_BYTE, trail + AT_PREVIOUS, HASH);
        begin(memory, at, null);
        return receipt.array();
    }
}

package dev.spikelane.network;

import dev.spikelane.description.Fingerprint;
import dev.spikelane.description.NetworkFingerprint;
import dev.spikelane.engine.NetworkRun;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The state of a simulation as the bytes that {@link SimulationState} describes. Writing and reading allocate nothing,
 * unless values are plastic.
 */
final class StateBytes {

    private static final int MAGIC = 0x53_4b_50_53;
    private static final int VERSION = 3;
    /** With observers. */
    private static final int OBSERVED = 4;

    private static final int AT_VERSION = Integer.BYTES;
    private static final int AT_GRAPH = AT_VERSION + Integer.BYTES;
    private static final int AT_VALUES = AT_GRAPH + Long.BYTES;
    private static final int AT_BATCH = AT_VALUES + Long.BYTES;
    private static final int AT_STEPS = AT_BATCH + Integer.BYTES;
    private static final int HEADER = AT_STEPS + Long.BYTES;

    private final Network network;
    private final int batch;
    private final NetworkRun run;
    private final long graph;
    private final List<Population.Observer> observers = new ArrayList<>();
    private final List<String> described = new ArrayList<>();
    private long observersHash;
    private final CRC32C checksum = new CRC32C();

    StateBytes(Network network, int batch, NetworkRun run) {
        this.network = network;
        this.batch = batch;
        this.run = run;
        boolean isFixed = run.network() != network.laidOut();
        this.graph = isFixed ? NetworkFingerprint.of(run.network().description()) : network.fingerprint();
    }

    /** Adds the state of an observer. */
    void add(Population.Observer observer, String population) {
        observers.add(observer);
        described.add(observer.getClass().getName() + " of '" + population + "', " + observer.stateBytes() + " bytes");
        Fingerprint fingerprint = new Fingerprint();
        described.forEach(fingerprint::add);
        observersHash = fingerprint.value();
    }

    /** Whether this object is a part, rather than one that is equal to it. */
    @SuppressWarnings("ReferenceEquality")
    boolean has(Population.Observer observer) {
        for (Population.Observer each : observers) {
            if (each == observer) {
                return true;
            }
        }
        return false;
    }

    /** How many bytes there are now: an input of values has other ones than one of spikes. */
    int size() {
        long size = HEADER + run.bytes() + Integer.BYTES + (observers.isEmpty() ? 0 : Long.BYTES);
        for (int i = 0; i < observers.size(); i++) {
            size += observers.get(i).stateBytes();
        }
        return requireSize(size);
    }

    /** Throws unless so many bytes fit an array. */
    static int requireSize(long bytes) {
        if (bytes > Integer.MAX_VALUE - Long.BYTES) {
            throw new IllegalStateException("state has " + bytes + " bytes, expected at most 2 GB");
        }
        return (int) bytes;
    }

    /** Writes a state from the buffer's position on, which moves behind it. */
    void write(ByteBuffer to, long steps) {
        int size = size();
        if (to.remaining() < size) {
            throw new IllegalArgumentException(
                    "buffer has " + to.remaining() + " bytes left, expected at least the " + size + " of this state");
        }
        int start = to.position();
        ByteOrder order = to.order();
        to.order(ByteOrder.LITTLE_ENDIAN);
        try {
            to.putInt(MAGIC).putInt(observers.isEmpty() ? VERSION : OBSERVED);
            to.putLong(graph).putLong(network.weights().hash());
            to.putInt(batch).putLong(steps);
            if (!observers.isEmpty()) {
                to.putLong(observersHash);
            }
            run.write(to);
            for (int i = 0; i < observers.size(); i++) {
                observers.get(i).writeState(to);
            }
            to.putInt(start + size - Integer.BYTES, checksum(checksum, to, start, size));
            to.position(start + size);
        } finally {
            to.order(order);
        }
    }

    /** Puts in a state, which is the rest of the buffer, and returns its steps. */
    long read(ByteBuffer from) {
        ByteOrder order = from.order();
        from.order(ByteOrder.LITTLE_ENDIAN);
        try {
            requireWhole(from, checksum);
            requireFit(from);
            return readFitting(from);
        } finally {
            from.order(order);
        }
    }

    private long readFitting(ByteBuffer from) {
        long steps = steps(from);
        boolean observed = isObserved(from);
        int size = from.remaining();
        int end = from.limit();
        from.position(from.position() + HEADER + (observed ? Long.BYTES : 0));
        try {
            run.read(from);
            for (int i = 0; i < observers.size(); i++) {
                observers.get(i).readState(from);
            }
        } catch (BufferUnderflowException | IndexOutOfBoundsException tooShort) {
            throw new IllegalArgumentException("state has too few bytes, " + size, tooShort);
        }
        int left = from.remaining() - Integer.BYTES;
        if (left != 0 && (!observed || !observers.isEmpty())) {
            throw new IllegalArgumentException("state has " + left + " bytes too many, of " + size);
        }
        from.position(end);
        return steps;
    }

    private void requireFit(ByteBuffer state) {
        long fingerprint = state.getLong(state.position() + AT_GRAPH);
        if (fingerprint != graph) {
            long neurons = NetworkFingerprint.neurons(fingerprint);
            long expected = NetworkFingerprint.neurons(graph);
            throw new IllegalArgumentException("state is of a network of "
                    + (neurons == expected
                            ? "as many neurons, but with other connections, options or parameters"
                            : neurons + " neurons, expected " + expected)
                    + " (fingerprint " + Long.toHexString(fingerprint) + ", expected "
                    + Long.toHexString(graph) + ")");
        }
        if (batch(state) != batch) {
            throw new IllegalArgumentException("state is of batch " + batch(state) + ", expected " + batch);
        }
        if (!observers.isEmpty() && (!isObserved(state) || state.getLong(state.position() + HEADER) != observersHash)) {
            throw new IllegalArgumentException("state holds " + (isObserved(state) ? "what other" : "nothing that")
                    + " observers hold, expected that of " + described);
        }
    }

    /** Throws unless the rest of a little-endian buffer is a state that is whole. */
    static void requireWhole(ByteBuffer state) {
        requireWhole(state, new CRC32C());
    }

    private static void requireWhole(ByteBuffer state, CRC32C checksum) {
        int start = state.position();
        int size = state.remaining();
        if (size < HEADER + Integer.BYTES || state.getInt(start) != MAGIC) {
            throw new IllegalArgumentException(
                    size + " bytes that do not start as a state does, expected SPKS and a header");
        }
        int version = state.getInt(start + AT_VERSION);
        if (version != VERSION && version != OBSERVED
                || version == OBSERVED && size < HEADER + Long.BYTES + Integer.BYTES) {
            throw new IllegalArgumentException("state has version " + version + ", which "
                    + (version < VERSION ? "an older" : "a newer") + " Spikelane took, expected " + VERSION + ", or "
                    + OBSERVED + " with observers: run the steps again");
        }
        int found = checksum(checksum, state, start, size);
        int expected = state.getInt(start + size - Integer.BYTES);
        if (found != expected) {
            throw new IllegalArgumentException("state is damaged: its checksum is " + Integer.toHexString(found)
                    + ", expected " + Integer.toHexString(expected));
        }
    }

    private static int checksum(CRC32C checksum, ByteBuffer state, int start, int size) {
        int limit = state.limit();
        int position = state.position();
        state.limit(start + size - Integer.BYTES).position(start);
        checksum.reset();
        checksum.update(state);
        state.limit(limit).position(position);
        return (int) checksum.getValue();
    }

    private static boolean isObserved(ByteBuffer state) {
        return state.getInt(state.position() + AT_VERSION) == OBSERVED;
    }

    static int batch(ByteBuffer state) {
        return state.getInt(state.position() + AT_BATCH);
    }

    static long steps(ByteBuffer state) {
        return state.getLong(state.position() + AT_STEPS);
    }

    static long valuesHash(ByteBuffer state) {
        return state.getLong(state.position() + AT_VALUES);
    }
}

package dev.spikelane.network;

import dev.spikelane.description.Fingerprint;
import dev.spikelane.description.NetworkFingerprint;
import dev.spikelane.engine.NetworkRun;
import dev.spikelane.engine.StateHeader;
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

    void add(Population.Observer observer, String population) {
        observers.add(observer);
        String chosen = observer instanceof Recorder<?> recorder ? recorder.chosen() : "";
        described.add(observer.getClass().getName() + chosen + " of '" + population + "', " + observer.stateBytes()
                + " bytes");
        Fingerprint fingerprint = new Fingerprint();
        described.forEach(fingerprint::add);
        observersHash = fingerprint.value();
    }

    /** Compares identities. */
    @SuppressWarnings("ReferenceEquality")
    boolean has(Population.Observer observer) {
        for (Population.Observer each : observers) {
            if (each == observer) {
                return true;
            }
        }
        return false;
    }

    /** Returns the present number of bytes, which differs between inputs of values and of spikes. */
    int size() {
        long size = StateHeader.BYTES + run.bytes() + (observers.isEmpty() ? 0 : Long.BYTES);
        for (int i = 0; i < observers.size(); i++) {
            size += observers.get(i).stateBytes();
        }
        return requireSize(size);
    }

    static int requireSize(long bytes) {
        if (bytes > Integer.MAX_VALUE - Long.BYTES) {
            throw new IllegalStateException("state has " + bytes + " bytes, expected at most 2 GB");
        }
        return (int) bytes;
    }

    /** Writes a state at the buffer's position, which moves past it. */
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
            boolean observed = !observers.isEmpty();
            StateHeader.begin(
                    to, start, observed ? StateHeader.OBSERVED_SIMULATION : StateHeader.SIMULATION, graph, steps);
            StateHeader.samples(to, start, batch, network.weights().hash());
            to.position(start + StateHeader.BYTES);
            if (observed) {
                to.putLong(observersHash);
            }
            run.write(to);
            for (int i = 0; i < observers.size(); i++) {
                observers.get(i).writeState(to);
            }
            StateHeader.seal(to, start, start + size, checksum);
            to.position(start + size);
        } finally {
            to.order(order);
        }
    }

    /** Restores a state from the rest of the buffer, and returns its steps. */
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
        from.position(from.position() + StateHeader.BYTES + (observed ? Long.BYTES : 0));
        try {
            run.read(from);
            for (int i = 0; i < observers.size(); i++) {
                observers.get(i).readState(from);
            }
        } catch (BufferUnderflowException | IndexOutOfBoundsException tooShort) {
            throw new IllegalArgumentException("state has too few bytes, " + size, tooShort);
        }
        int left = from.remaining();
        if (left != 0 && (!observed || !observers.isEmpty())) {
            throw new IllegalArgumentException("state has " + left + " bytes too many, of " + size);
        }
        from.position(end);
        return steps;
    }

    private void requireFit(ByteBuffer state) {
        long fingerprint = StateHeader.fingerprint(state, state.position());
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
        boolean observed = isObserved(state);
        if (!observers.isEmpty()
                && (!observed || state.getLong(state.position() + StateHeader.BYTES) != observersHash)) {
            throw new IllegalArgumentException("state holds " + (observed ? "what other" : "nothing that")
                    + " observers hold, expected that of " + described);
        }
    }

    /** Requires that the rest of a little-endian buffer is a whole state. */
    static void requireWhole(ByteBuffer state) {
        requireWhole(state, new CRC32C());
    }

    private static void requireWhole(ByteBuffer state, CRC32C checksum) {
        String why = StateHeader.refused(state, state.position(), checksum);
        if (why == null && StateHeader.kind(state, state.position()) > StateHeader.OBSERVED_SIMULATION) {
            why = "state is of a session, expected one of a simulation";
        }
        if (why != null) {
            throw new IllegalArgumentException(why);
        }
    }

    private static boolean isObserved(ByteBuffer state) {
        return StateHeader.kind(state, state.position()) == StateHeader.OBSERVED_SIMULATION;
    }

    static int batch(ByteBuffer state) {
        return StateHeader.samples(state, state.position());
    }

    static long steps(ByteBuffer state) {
        return StateHeader.steps(state, state.position());
    }

    static long valuesHash(ByteBuffer state) {
        return StateHeader.values(state, state.position());
    }
}

package dev.spikelane.session;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.spikelane.description.NetworkFingerprint;
import dev.spikelane.engine.StateHeader;
import dev.spikelane.network.Network;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A store in memory, which can fail on request. */
final class MapStore implements SessionStore {

    private static final int AT_STATE = StateHeader.BYTES;

    final Map<SessionKey, byte[]> states = new ConcurrentHashMap<>();
    volatile boolean fails;

    private void fail() throws IOException {
        if (fails) {
            throw new IOException("store fails");
        }
    }

    @Override
    public Collection<SessionKey> keys() {
        return List.copyOf(states.keySet());
    }

    @Override
    public void replaceAll(Iterable<Map.Entry<SessionKey, MemorySegment>> all) throws IOException {
        Map<SessionKey, byte[]> next = new HashMap<>();
        for (Map.Entry<SessionKey, MemorySegment> each : all) {
            fail();
            next.put(each.getKey(), each.getValue().toArray(JAVA_BYTE));
        }
        states.clear();
        states.putAll(next);
    }

    /** Returns the state of a session without the header. */
    ByteBuffer state(long key) {
        byte[] all = states.getOrDefault(SessionKey.of(key), new byte[AT_STATE + Long.BYTES]);
        return ByteBuffer.wrap(all, AT_STATE, all.length - AT_STATE).slice().order(ByteOrder.nativeOrder());
    }

    /** Replaces the state of a session, with a valid header. */
    void put(Network network, long number, ByteBuffer state) {
        SessionKey key = SessionKey.of(number);
        ByteBuffer record = ByteBuffer.allocate(AT_STATE + state.capacity());
        long fingerprint = NetworkFingerprint.of(network.laidOut().description());
        SessionRecord.put(record, SessionRecord.SESSION, fingerprint, state.getLong(0), key, state.duplicate());
        states.put(key, record.array());
    }

    @Override
    public void write(SessionKey key, MemorySegment state) throws IOException {
        fail();
        states.put(key, state.toArray(JAVA_BYTE));
    }

    @Override
    public boolean read(SessionKey key, MemorySegment into) throws IOException {
        fail();
        byte[] state = states.get(key);
        if (state != null) {
            into.copyFrom(MemorySegment.ofArray(state));
        }
        return state != null;
    }

    @Override
    public void remove(SessionKey key) throws IOException {
        fail();
        states.remove(key);
    }
}

package dev.spikelane.session;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A store in memory, which can be made to fail. */
final class MapStore implements SessionStore {

    final Map<Long, byte[]> states = new ConcurrentHashMap<>();
    volatile boolean fails;

    private void fail() throws IOException {
        if (fails) {
            throw new IOException("store fails");
        }
    }

    @Override
    public void write(long key, MemorySegment state) throws IOException {
        fail();
        states.put(key, state.toArray(JAVA_BYTE));
    }

    @Override
    public boolean read(long key, MemorySegment into) throws IOException {
        fail();
        byte[] state = states.get(key);
        if (state != null) {
            into.copyFrom(MemorySegment.ofArray(state));
        }
        return state != null;
    }

    @Override
    public void remove(long key) throws IOException {
        fail();
        states.remove(key);
    }
}

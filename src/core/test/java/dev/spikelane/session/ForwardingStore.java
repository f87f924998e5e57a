package dev.spikelane.session;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Map;

/** Delegates to a store; tests override methods. */
class ForwardingStore implements SessionStore {

    private final SessionStore to;

    ForwardingStore(SessionStore to) {
        this.to = to;
    }

    @Override
    public Collection<SessionKey> keys() throws IOException {
        return to.keys();
    }

    @Override
    public void write(SessionKey key, MemorySegment state) throws IOException {
        to.write(key, state);
    }

    @Override
    public boolean read(SessionKey key, MemorySegment into) throws IOException {
        return to.read(key, into);
    }

    @Override
    public void remove(SessionKey key) throws IOException {
        to.remove(key);
    }

    @Override
    public void replaceAll(Iterable<Map.Entry<SessionKey, MemorySegment>> states) throws IOException {
        to.replaceAll(states);
    }

    @Override
    public void flush(boolean durable) throws IOException {
        to.flush(durable);
    }

    @Override
    public void close() throws IOException {
        to.close();
    }
}

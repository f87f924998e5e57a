package dev.spikelane.session;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;

/**
 * Stores the states of sessions that a {@link SessionPool} evicts. A state has a header with its key, the network and a
 * checksum, so that the pool refuses a state of another session or network. The pool makes one call at a time; only
 * {@link #flush} runs beside other calls.
 */
public interface SessionStore extends Closeable {

    /**
     * Opens this store for a pool, and returns the keys of all states.
     *
     * @return the keys, each once
     * @throws IOException if the store cannot be read, or another pool uses it
     */
    Collection<SessionKey> keys() throws IOException;

    /**
     * Stores the state of a session, and replaces an earlier one.
     *
     * @param key the session
     * @param state its bytes, valid only during this call
     * @throws IOException if it cannot be stored: the session stays in memory then
     */
    void write(SessionKey key, MemorySegment state) throws IOException;

    /**
     * Reads the state of a session.
     *
     * @param key the session
     * @param into gets all bytes of the state, if there is one
     * @return true if the store has a state of this session
     * @throws IOException if the state cannot be read, or has another length
     */
    boolean read(SessionKey key, MemorySegment into) throws IOException;

    /**
     * Removes the state of a session, if there is one.
     *
     * @param key the session
     * @throws IOException if it cannot be removed
     */
    void remove(SessionKey key) throws IOException;

    /**
     * Replaces all states: by all of the given ones, or not at all if this throws.
     *
     * @param states each session with its bytes, read once
     * @throws IOException if they cannot be stored; the store is as before then
     */
    void replaceAll(Iterable<Map.Entry<SessionKey, MemorySegment>> states) throws IOException;

    /**
     * Ends a group of writes: makes them durable on request, and may compact the store.
     *
     * @param durable true if the writes must survive a power failure
     * @throws IOException if that fails
     */
    default void flush(boolean durable) throws IOException {}

    /**
     * Closes this store when its pool is closed; {@link #keys} opens it again.
     *
     * @throws IOException if that fails
     */
    @Override
    default void close() throws IOException {}

    /**
     * Returns a store that appends states to a file of a folder, {@code sessions.log}. One pool at a time can use it.
     * Its keys are kept in memory.
     *
     * @param folder an existing folder for the file
     * @return a store
     */
    static SessionStore ofFolder(Path folder) {
        return new SessionLog(Objects.requireNonNull(folder, "folder"));
    }
}

package dev.spikelane.session;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;

/**
 * Keeps the states of sessions that a {@link SessionPool} has no room for, or that are idle. A state is given with a
 * header, which holds its key, the network and a checksum: the pool refuses a state of another session or network. The
 * pool makes one call at a time, but {@link #flush} beside others.
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
     * Keeps the state of a session, in place of the one that is there.
     *
     * @param key the session
     * @param state its bytes, which are others as soon as this returns
     * @throws IOException if it cannot be kept: the session stays in memory then
     */
    void write(SessionKey key, MemorySegment state) throws IOException;

    /**
     * Reads the state of a session.
     *
     * @param key the session
     * @param into gets all bytes, if there are any
     * @return true if the store has a state of this session
     * @throws IOException if there are some that cannot be read, or not as many
     */
    boolean read(SessionKey key, MemorySegment into) throws IOException;

    /**
     * Forgets the state of a session, if there is one.
     *
     * @param key the session
     * @throws IOException if it cannot be forgotten
     */
    void remove(SessionKey key) throws IOException;

    /**
     * Puts states in place of all that there are: all of them, or none if this throws.
     *
     * @param states each session with its bytes, read once
     * @throws IOException if they cannot be kept; the store is as before then
     */
    void replaceAll(Iterable<Map.Entry<SessionKey, MemorySegment>> states) throws IOException;

    /**
     * Ends a group of writes: makes them durable if this is wanted, and tidies up.
     *
     * @param durable true if a power failure must not lose them
     * @throws IOException if that fails
     */
    default void flush(boolean durable) throws IOException {}

    /**
     * Ends the use by a pool, which calls this when it is closed; {@link #keys} opens the store again.
     *
     * @throws IOException if that fails
     */
    @Override
    default void close() throws IOException {}

    /**
     * Returns a store that appends states to a file of a folder, {@code sessions.log}. One pool at a time can use it.
     * Its keys are kept in memory.
     *
     * @param folder holds the file; it must exist
     * @return a store
     */
    static SessionStore ofFolder(Path folder) {
        return new SessionLog(Objects.requireNonNull(folder, "folder"));
    }
}

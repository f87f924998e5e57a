package dev.spikelane.session;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/**
 * Keeps the packed states of sessions that a {@link SessionPool} has no room for, or that are idle. States are bytes in
 * the order of the machine, all of the same length ({@link SessionPool#stateBytes}), without a header. The pool calls a
 * store between two steps, one call at a time.
 */
public interface SessionStore {

    /**
     * Keeps the state of a session, in place of the one that is there.
     *
     * @param key the session
     * @param state its bytes, which are others as soon as this returns
     * @throws IOException if it cannot be kept: the session stays in memory then
     */
    void write(long key, MemorySegment state) throws IOException;

    /**
     * Reads the state of a session.
     *
     * @param key the session
     * @param into gets all bytes, if there are any
     * @return whether there are; a session without a state begins
     * @throws IOException if there are some that cannot be read
     */
    boolean read(long key, MemorySegment into) throws IOException;

    /**
     * Forgets the state of a session, if there is one.
     *
     * @param key the session
     * @throws IOException if it cannot be forgotten
     */
    void remove(long key) throws IOException;

    /**
     * Returns a store that has a file for each session, named by its key; each is written under another name and
     * renamed.
     *
     * @param folder holds the files; it must exist, and be of one pool
     * @return a store
     */
    static SessionStore ofFolder(Path folder) {
        Objects.requireNonNull(folder, "folder");
        return new SessionStore() {
            private Path file(long key) {
                return folder.resolve(Long.toHexString(key) + ".session");
            }

            @Override
            public void write(long key, MemorySegment state) throws IOException {
                Path temporary = folder.resolve(".session.tmp");
                Files.write(temporary, state.toArray(ValueLayout.JAVA_BYTE));
                Files.move(temporary, file(key), StandardCopyOption.ATOMIC_MOVE);
            }

            @Override
            public boolean read(long key, MemorySegment into) throws IOException {
                if (Files.notExists(file(key))) {
                    return false;
                }
                byte[] bytes = Files.readAllBytes(file(key));
                if (bytes.length != into.byteSize()) {
                    throw new IOException(file(key) + " has " + bytes.length + " bytes, expected " + into.byteSize()
                            + ", as sessions of this pool have");
                }
                into.copyFrom(MemorySegment.ofArray(bytes));
                return true;
            }

            @Override
            public void remove(long key) throws IOException {
                Files.deleteIfExists(file(key));
            }
        };
    }
}

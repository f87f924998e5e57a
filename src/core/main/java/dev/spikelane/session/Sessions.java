package dev.spikelane.session;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.engine.session.KeySlots;
import dev.spikelane.engine.session.SessionTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The sessions of a pool: in memory, in a store, or in the snapshot that is being written. */
final class Sessions {

    /** So many sessions go to a file, or a store, before others have their turn. */
    private static final int AT_ONCE = 256;

    /** Characters of a name, each of at most three bytes in a snapshot, which has 65,535 bytes for it. */
    private static final int LONGEST_NAME = 20_000;

    private final SessionTurn turn;
    private final @Nullable SessionStore store;
    private final int mostSessions;
    private final long fingerprint;
    private final long bytes;
    private final int mostInMemory;
    private final SessionTable table;
    private final MemorySegment initial;
    private final MemorySegment spare;
    private final Map<String, Long> names = new ConcurrentHashMap<>();
    private final AtomicLong nextName = new AtomicLong(Long.MIN_VALUE);
    private @Nullable SessionSnapshot saving;
    /** The present step: a time that grows. */
    private long now = System.nanoTime();

    /**
     * Starts without a session.
     *
     * @param bytes of a packed state
     * @param allocator gives zeroed memory of some bytes
     */
    Sessions(
            SessionPoolBuilder said,
            SessionTurn turn,
            long fingerprint,
            long bytes,
            LongFunction<MemorySegment> allocator) {
        this.turn = turn;
        this.store = said.store;
        this.mostSessions = said.mostSessions;
        this.fingerprint = fingerprint;
        this.bytes = bytes;
        this.mostInMemory = (int) Math.min(mostSessions, said.memory / bytes);
        if (mostInMemory == 0) {
            throw new IllegalArgumentException(
                    "memory is " + said.memory + " bytes, expected the " + bytes + " of a session at least");
        }
        this.table = new SessionTable(allocator, bytes, mostInMemory);
        this.initial = allocator.apply(bytes);
        this.spare = allocator.apply(bytes);
    }

    /** Their slots. */
    SessionTable table() {
        return table;
    }

    /** The packed state of a session that begins. */
    MemorySegment initial() {
        return initial;
    }

    /** How many there may be in memory. */
    int mostInMemory() {
        return mostInMemory;
    }

    /** Begins another step. */
    void tick() {
        now = Math.max(now + 1, System.nanoTime());
    }

    /** Returns the slot of a session, which may have to come, or begins; {@link KeySlots#NONE} where it has one now. */
    int use(long key) {
        int found = table.find(key);
        if (found >= 0 && table.used(found) == now) {
            return KeySlots.NONE;
        }
        int slot = found >= 0 ? found : bring(key, found);
        table.use(slot, now);
        keep(key);
        return slot;
    }

    /** Brings a session from the store, or begins it. */
    private int bring(long key, int found) {
        if (found == KeySlots.NONE && table.size() >= mostSessions) {
            throw new IllegalStateException("pool has " + table.size() + " sessions, expected at most so many: key "
                    + key + " would begin one more");
        }
        if (table.inMemory() >= mostInMemory) {
            makeRoom();
        }
        int slot = table.take(key);
        boolean there = false;
        try {
            there = isStored(key, state(slot));
            if (!there) {
                requireNew(key, found);
                state(slot).copyFrom(initial);
                there = true;
            }
        } finally {
            if (!there) {
                table.free(slot, found != KeySlots.NONE);
            }
        }
        return slot;
    }

    private static void requireNew(long key, int found) {
        if (found != KeySlots.NONE) {
            throw new IllegalStateException("the store has no state of session " + key + ", which it was given");
        }
    }

    private void makeRoom() {
        if (store == null) {
            throw new IllegalStateException("pool has " + mostInMemory + " sessions of " + bytes
                    + " bytes in memory, expected at most so many without a store to which idle ones go");
        }
        int idle = table.idle(now);
        if (idle == KeySlots.NONE) {
            throw new IllegalStateException(
                    "one step takes more sessions further than the " + mostInMemory + " that there is memory for");
        }
        evictSlot(idle);
    }

    private boolean isStored(long key, MemorySegment into) {
        try {
            return store != null && store.read(key, into);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The packed state of a session, in memory or in the store; null where there is none. */
    private @Nullable MemorySegment find(long key) {
        int slot = table.find(key);
        return slot >= 0 ? state(slot) : isStored(key, spare) ? spare : null;
    }

    private MemorySegment state(int slot) {
        return table.memory(slot).asSlice(table.at(slot), bytes);
    }

    /** Forgets a session that has done no step, as the step in which it began is refused. */
    void forgetBegun(int slot) {
        if (table.memory(slot).get(JAVA_LONG, table.at(slot)) == 0) {
            table.free(slot, false);
        }
    }

    private void evictSlot(int slot) {
        if (store == null) {
            throw new IllegalStateException("the pool has no store, expected one for sessions that leave memory");
        }
        try {
            store.write(table.key(slot), state(slot).asReadOnly());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        table.free(slot, true);
    }

    boolean evict(long key) {
        int slot = table.find(key);
        if (slot >= 0) {
            evictSlot(slot);
        }
        return slot >= 0;
    }

    /** Brings to the store all that were used before a time, while others have their turns. */
    int evictIdle(long since) {
        int evicted = 0;
        boolean more = true;
        for (int first = 0; more; first += AT_ONCE) {
            try (SessionTurn _ = turn.take()) {
                more = first + AT_ONCE < table.slots();
                evicted += evictIdle(first, Math.min(first + AT_ONCE, table.slots()), since);
            }
        }
        return evicted;
    }

    private int evictIdle(int first, int end, long since) {
        int evicted = 0;
        for (int slot = first; slot < end; slot++) {
            if (table.used(slot) < since) {
                evictSlot(slot);
                evicted++;
            }
        }
        return evicted;
    }

    /** Brings all to the store, if there is one. */
    void evictAll() {
        evictIdle(0, store == null ? 0 : table.slots(), Long.MAX_VALUE);
    }

    long key(String name) {
        Objects.requireNonNull(name, "name");
        if (name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "name has " + name.length() + " characters, expected at most " + LONGEST_NAME);
        }
        synchronized (names) { // not between the names of a snapshot that is restored and the number behind them
            return names.computeIfAbsent(name, _ -> nextName.getAndIncrement());
        }
    }

    void remove(String name) {
        Long key = names.get(Objects.requireNonNull(name, "name"));
        if (key != null) {
            remove(key);
            names.remove(name); // behind all that may fail
        }
    }

    void remove(long key) {
        keep(key);
        int slot = table.find(key);
        if (slot >= 0) {
            table.free(slot, false);
        } else {
            table.elsewhere(key, false);
        }
        try {
            if (store != null) {
                store.remove(key);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    byte[] copy(long key) {
        return require(key).toArray(JAVA_BYTE);
    }

    private MemorySegment require(long key) {
        MemorySegment found = find(key);
        if (found == null) {
            throw new IllegalArgumentException("there is no session " + key);
        }
        return found;
    }

    /** Returns the slot of a session that is there, or comes from the store. */
    int come(long key) {
        require(key);
        tick();
        return use(key);
    }

    /** Returns the slot of a session that is there, or begins. */
    int begin(long key) {
        tick();
        return use(key);
    }

    /** Gives a session to the snapshot that is being written, before it changes. */
    private void keep(long key) {
        if (saving != null && saving.wants(key)) {
            MemorySegment found = find(key);
            if (found == null) {
                requireNew(key, SessionTable.ELSEWHERE);
            } else {
                saving.keep(key, found);
            }
        }
    }

    void snapshot(WritableByteChannel channel) throws IOException {
        long[] keys;
        Map<String, Long> named;
        SessionSnapshot made;
        try (SessionTurn _ = turn.take()) {
            requireNoSnapshot();
            keys = table.keys();
            named = Map.copyOf(names);
            made = new SessionSnapshot(channel, fingerprint, bytes, keys);
            saving = made;
        }
        try {
            for (int first = 0; first < keys.length; first += AT_ONCE) {
                try (SessionTurn _ = turn.take()) {
                    for (int i = first; i < Math.min(keys.length, first + AT_ONCE); i++) {
                        keep(keys[i]);
                    }
                }
            }
            try (SessionTurn _ = turn.take()) {
                made.end(named);
            }
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        } finally {
            try (SessionTurn _ = turn.takeUnlessEnded()) {
                saving = null;
            }
        }
    }

    private void requireNoSnapshot() {
        if (saving != null) {
            throw new IllegalStateException("a snapshot is being written, expected one at a time");
        }
    }

    void restore(Path file) throws IOException {
        try (SessionSnapshot.Content found = SessionSnapshot.read(file, fingerprint, bytes);
                SessionTurn _ = turn.take()) {
            requireNoSnapshot();
            int most = store == null ? mostInMemory : mostSessions;
            if (found.count() > most) {
                throw new IllegalStateException(file + " has " + found.count() + " sessions, expected at most " + most);
            }
            if (store != null) {
                for (long key : table.keys()) {
                    store.remove(key);
                }
            }
            table.clear();
            for (long i = 0; i < found.count(); i++) {
                if (table.inMemory() < mostInMemory) {
                    int slot = table.take(found.key(i));
                    table.use(slot, now);
                    state(slot).copyFrom(found.state(i));
                } else {
                    Objects.requireNonNull(store).write(found.key(i), found.state(i));
                    table.elsewhere(found.key(i), true);
                }
            }
            synchronized (names) {
                names.clear();
                names.putAll(found.names());
                nextName.set(
                        names.values().stream().mapToLong(key -> key + 1).max().orElse(Long.MIN_VALUE));
            }
        }
    }
}

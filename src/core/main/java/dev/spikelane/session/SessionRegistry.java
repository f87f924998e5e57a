package dev.spikelane.session;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.engine.session.KeySlots;
import dev.spikelane.engine.session.SessionTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The sessions of a pool: in memory, in the store, or in a snapshot that is being written. */
final class SessionRegistry {

    private static final System.Logger LOG = System.getLogger("dev.spikelane");

    /** Sessions that are written before waiting calls get the pool's lock. */
    private static final int AT_ONCE = 256;

    /** The pool keeps 1/16 of its memory free, so that steps with new sessions need not write others. */
    private static final int SHARE_OF_ROOM = 16;

    /** Names get numbers from this one on; keys of callers must not use them. */
    private static final long FIRST_NAME = Long.MIN_VALUE;

    private static final long LAST_NAME = FIRST_NAME + (1L << 40);

    private final SessionTurn turn;
    private final @Nullable SessionStore store;
    private final int mostSessions;
    private final long fingerprint;
    private final long bytes;
    private final int mostInMemory;
    /** Most sessions in memory without an eviction; the remaining memory is for new sessions of the next steps. */
    private final int uncrowded;

    private final SessionTable table;
    private final MemorySegment initial;
    private final MemorySegment spare;
    /** Numbers of names in this pool; no file holds them. */
    private Map<String, Long> names = new ConcurrentHashMap<>();

    private Map<Long, SessionKey> keysOfNames = new ConcurrentHashMap<>();
    private final AtomicLong nextName = new AtomicLong(FIRST_NAME);
    /**
     * Guards the store and {@link #waiting}. A thread that holds it never waits for the {@link SessionTurn}: that would
     * deadlock.
     */
    private final Object storing = new Object();

    /** Copies of changed sessions that the store has not got yet. */
    private Map<Long, MemorySegment> waiting = new HashMap<>();
    /** Lock of background writes. A thread takes it before the {@link SessionTurn}. */
    private final ReentrantLock writing = new ReentrantLock();

    private final boolean durable;
    private @Nullable ByteBuffer packed;
    private @Nullable SessionSnapshot saving;
    /** Time of the present step: larger than the time of the step before. */
    private long now = System.nanoTime();

    /**
     * Creates a registry without sessions.
     *
     * @param bytes length of a packed state
     * @param allocator returns zeroed memory of a given length
     */
    SessionRegistry(
            SessionPoolBuilder declared,
            SessionTurn turn,
            long fingerprint,
            long bytes,
            LongFunction<MemorySegment> allocator) {
        this.turn = turn;
        this.store = declared.store;
        this.mostSessions = declared.mostSessions;
        this.fingerprint = fingerprint;
        this.bytes = bytes;
        this.mostInMemory = (int) Math.min(mostSessions, declared.memory / bytes);
        if (mostInMemory == 0) {
            throw new IllegalArgumentException(
                    "memory is " + declared.memory + " bytes, expected at least the " + bytes + " of a session");
        }
        this.uncrowded = mostInMemory - mostInMemory / SHARE_OF_ROOM;
        this.table = new SessionTable(allocator, bytes, mostInMemory);
        this.initial = allocator.apply(bytes);
        this.spare = allocator.apply(bytes);
        this.durable = declared.durable;
    }

    /** Opens the store and adds its sessions. */
    void open() throws IOException {
        if (store != null) {
            Collection<SessionKey> keys = store.keys();
            int named =
                    (int) keys.stream().filter(key -> key.name().isPresent()).count();
            names = new ConcurrentHashMap<>(named);
            keysOfNames = new ConcurrentHashMap<>(named);
            for (SessionKey key : keys) {
                table.elsewhere(number(key), true);
            }
        }
    }

    /** Returns the number of a key in this pool. */
    private long number(SessionKey key) {
        return key.name().map(this::key).orElse(key.number());
    }

    /** Returns the key of a number. */
    SessionKey key(long number) {
        SessionKey named = keysOfNames.get(number);
        if (named == null && number < LAST_NAME) {
            throw new IllegalArgumentException("key " + number + " belongs to no name of this pool, expected a key that"
                    + " key(name) returned, or at least " + LAST_NAME);
        }
        return named == null ? SessionKey.of(number) : named;
    }

    SessionTable table() {
        return table;
    }

    /** Returns the packed state of a new session. */
    MemorySegment initial() {
        return initial;
    }

    /** Returns the most sessions that fit into memory. */
    int mostInMemory() {
        return mostInMemory;
    }

    /** Begins the next step. */
    void tick() {
        now = Math.max(now + 1, System.nanoTime());
    }

    /**
     * Returns the slot of a session, read from the store or new if needed; {@link KeySlots#NONE} if this step has it
     * already.
     */
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

    /** Reads a session from the store, or begins a new one. */
    private int bring(long key, int found) {
        if (found == KeySlots.NONE && table.size() >= mostSessions) {
            throw new IllegalStateException("pool has " + table.size() + " sessions, its limit, and key " + key
                    + " would begin another: raise mostSessions");
        }
        if (table.inMemory() >= mostInMemory) {
            makeRoom();
        }
        key(key);
        int slot = table.take(key);
        if (found == KeySlots.NONE) {
            state(slot).copyFrom(initial);
            return slot;
        }
        boolean there = false;
        try {
            readStored(key, state(slot));
            there = true;
        } finally {
            if (!there) {
                table.free(slot, true);
            }
        }
        return slot;
    }

    /**
     * Evicts idle sessions in the background if memory is nearly full. Returns at once if another thread writes. A
     * session that cannot be written stays in memory, and the step that needs its memory throws.
     */
    void evictAhead() {
        // An outdated count is harmless here, so no lock is taken.
        if (store == null || table.inMemory() <= uncrowded || !writing.tryLock()) {
            return;
        }
        try {
            if (!turn.isEnded()) {
                store(store, this::idlest, true);
            }
        } catch (IOException | RuntimeException stays) {
            LOG.log(Level.DEBUG, "sessions stay in memory", stays);
        } finally {
            writing.unlock();
        }
    }

    /** Returns the slots of the sessions idle for longest, as many as memory needs. */
    private IntStream idlest() {
        return IntStream.generate(() -> table.idle(now))
                .limit(Math.clamp(table.inMemory() - uncrowded, 0, AT_ONCE))
                .filter(slot -> slot != KeySlots.NONE)
                .distinct();
    }

    private void makeRoom() {
        if (store == null) {
            throw new IllegalStateException("pool has " + mostInMemory + " sessions of " + bytes
                    + " bytes in memory, its limit: raise memory, or set a store for idle sessions");
        }
        int idle = table.idle(now);
        if (idle == KeySlots.NONE) {
            throw new IllegalStateException("a step has more sessions than the " + mostInMemory
                    + " that fit into memory: raise memory, or pass fewer keys");
        }
        evictSlot(idle);
    }

    private void readStored(long key, MemorySegment into) {
        SessionStore from = requireStore();
        SessionKey named = key(key);
        MemorySegment record = MemorySegment.ofBuffer(packed(SessionRecord.headBytes(named) + bytes));
        try {
            boolean found;
            synchronized (storing) {
                found = from.read(named, record);
            }
            if (!found) {
                throw new IllegalStateException("the store has lost the state of session " + key + ", expected the"
                        + " state that the pool wrote");
            }
            into.copyFrom(SessionRecord.requireState(record, named, fingerprint, bytes));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Returns a buffer for a record. Callers hold the {@link SessionTurn}. */
    private ByteBuffer packed(long size) {
        if (packed == null || packed.capacity() < size) {
            packed = ByteBuffer.allocateDirect(Math.toIntExact(size));
        }
        return packed.clear().limit((int) size);
    }

    /** Returns the record of a session in memory. */
    private MemorySegment pack(int slot, ByteBuffer into) {
        MemorySegment state = state(slot);
        SessionRecord.put(
                into,
                SessionRecord.SESSION,
                fingerprint,
                state.get(JAVA_LONG, 0),
                key(table.key(slot)),
                state.asByteBuffer());
        return MemorySegment.ofBuffer(into.flip()).asReadOnly();
    }

    private long recordBytes(int slot) {
        return SessionRecord.headBytes(key(table.key(slot))) + bytes;
    }

    /** Returns the packed state of a session, in memory or in the store; null if there is none. */
    private @Nullable MemorySegment find(long key) {
        int slot = table.find(key);
        if (slot == SessionTable.ELSEWHERE) {
            readStored(key, spare);
            return spare;
        }
        return slot >= 0 ? state(slot) : null;
    }

    private MemorySegment state(int slot) {
        return table.memory(slot).asSlice(table.at(slot), bytes);
    }

    /** Removes a session without a step, after its first step was refused. */
    void forgetBegun(int slot) {
        if (table.memory(slot).get(JAVA_LONG, table.at(slot)) == 0) {
            table.free(slot, false);
        }
    }

    private void evictSlot(int slot) {
        SessionStore into = requireStore();
        if (table.isChanged(slot)) {
            try {
                synchronized (storing) {
                    write(into, table.key(slot), pack(slot, packed(recordBytes(slot))));
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        table.free(slot, true);
    }

    private SessionStore requireStore() {
        if (store == null) {
            throw new IllegalStateException(
                    "the pool has no store, expected one for evicted sessions: set SessionPoolBuilder.store");
        }
        return store;
    }

    /** Writes all changed sessions while steps go on; returns their number. */
    int flush() throws IOException {
        return storeAll(Long.MAX_VALUE, false);
    }

    /** Evicts all sessions last used before a time, while steps go on; returns their number. */
    int evictIdle(long since) throws IOException {
        return storeAll(since, true);
    }

    private int storeAll(long since, boolean evicts) throws IOException {
        SessionStore into = requireStore();
        return alone(() -> {
            int count = 0;
            for (int first = 0; first < table.slots(); first += AT_ONCE) {
                int from = first;
                count += store(
                        into,
                        () -> IntStream.range(from, Math.min(from + AT_ONCE, table.slots()))
                                .filter(slot -> table.used(slot) < since),
                        evicts);
            }
            into.flush(durable);
            return count;
        });
    }

    /** Evicts a session; it stays in memory if it is used meanwhile. */
    boolean evict(long key) throws IOException {
        SessionStore into = requireStore();
        return alone(() -> store(into, () -> IntStream.of(table.find(key)).filter(slot -> slot >= 0), true)) > 0;
    }

    /** A task that writes to the store. */
    interface Work {
        int run() throws IOException;
    }

    /**
     * Runs a task under the lock of background writes. Throws if this thread holds the {@link SessionTurn}, which the
     * task needs.
     */
    int alone(Work work) throws IOException {
        turn.requireNone();
        writing.lock();
        try {
            return work.run();
        } finally {
            writing.unlock();
        }
    }

    /**
     * Writes chosen sessions that have changed, without the {@link SessionTurn} during the writes. A session that was
     * removed or written meanwhile is skipped, as its copy is older. Returns the number of sessions written, or
     * evicted.
     */
    private int store(SessionStore into, Supplier<IntStream> chosen, boolean evicts) throws IOException {
        List<Long> keys = new ArrayList<>();
        Map<Long, MemorySegment> copied = new HashMap<>();
        long at;
        try (SessionTurn _ = turn.take()) {
            at = now;
            chosen.get().forEach(slot -> {
                keys.add(table.key(slot));
                if (table.isChanged(slot)) {
                    copied.put(table.key(slot), pack(slot, ByteBuffer.allocate((int) recordBytes(slot))));
                }
            });
            synchronized (storing) {
                waiting = copied;
            }
        }
        int count = copied.size();
        try {
            for (Long key : List.copyOf(copied.keySet())) {
                write(into, key);
            }
        } finally {
            try (SessionTurn _ = turn.take()) {
                keys.removeAll(copied.keySet());
                keys.forEach(key -> table.stored(key, at));
                waiting = new HashMap<>();
                count = evicts ? evictStored(keys) : count;
            }
        }
        return count;
    }

    private void write(SessionStore into, Long key) throws IOException {
        synchronized (storing) {
            MemorySegment record = waiting.get(key);
            if (record != null) {
                write(into, key, record);
            }
        }
    }

    private void write(SessionStore into, Long key, MemorySegment record) throws IOException {
        try {
            into.write(key(key), record);
        } catch (IOException failure) {
            throw new IOException(
                    "session " + key(key) + " stays in memory, since its store cannot write it: "
                            + failure.getMessage(),
                    failure);
        }
        waiting.remove(key); // after the write, which may fail
    }

    private int evictStored(List<Long> keys) {
        int count = 0;
        for (long key : keys) {
            int slot = table.find(key);
            if (slot >= 0 && !table.isChanged(slot)) {
                table.free(slot, true);
                count++;
            }
        }
        return count;
    }

    /** Writes all sessions to the store, if there is one, and closes it. */
    void end() throws IOException {
        if (store != null) {
            for (int slot = 0; slot < table.slots(); slot++) {
                if (table.used(slot) != Long.MAX_VALUE) {
                    evictSlot(slot);
                }
            }
            store.flush(durable);
            store.close();
        }
    }

    long key(String name) {
        SessionKey named = SessionKey.of(name);
        return names.computeIfAbsent(name, _ -> {
            long number = nextName.getAndIncrement();
            keysOfNames.put(number, named);
            return number;
        });
    }

    void remove(String name) {
        Long key = names.get(Objects.requireNonNull(name, "name"));
        if (key != null) {
            remove(key);
            names.remove(name); // last: the calls above may fail
            keysOfNames.remove(key);
        }
    }

    void remove(long key) {
        keep(key);
        if (store != null) {
            try {
                synchronized (storing) {
                    store.remove(key(key));
                    waiting.remove(key);
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        int slot = table.find(key);
        if (slot >= 0) {
            table.free(slot, false);
        } else {
            table.elsewhere(key, false);
        }
    }

    byte[] copy(long key) {
        return require(key).toArray(JAVA_BYTE);
    }

    private MemorySegment require(long key) {
        MemorySegment found = find(key);
        if (found == null) {
            throw new IllegalArgumentException(
                    "there is no session " + key + ", expected the key of an existing session");
        }
        return found;
    }

    /** Returns the slot of an existing session, read from the store if needed. */
    int come(long key) {
        require(key);
        tick();
        return use(key);
    }

    /** Returns the slot of an existing or new session. */
    int begin(long key) {
        tick();
        return use(key);
    }

    /** Writes a session to the open snapshot before the session changes. */
    private void keep(long key) {
        if (saving != null && saving.wants(key)) {
            saving.keep(key, key(key), require(key));
        }
    }

    void snapshot(WritableByteChannel channel) throws IOException {
        long[] keys;
        SessionSnapshot made;
        try (SessionTurn _ = turn.take()) {
            requireNoSnapshot();
            keys = table.keys();
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
                made.end();
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
            throw new IllegalStateException(
                    "a snapshot is being written, expected one at a time: try again when it is complete");
        }
    }

    void restore(Path file) throws IOException {
        alone(() -> restoreAlone(file));
    }

    private int restoreAlone(Path file) throws IOException {
        try (SessionSnapshot.Content found = SessionSnapshot.read(file, fingerprint, bytes);
                SessionTurn _ = turn.take()) {
            requireNoSnapshot();
            int most = store == null ? mostInMemory : mostSessions;
            if (found.count() > most) {
                throw new IllegalStateException(file + " has " + found.count() + " sessions, expected at most " + most);
            }
            if (store == null) {
                table.clear();
                for (Map.Entry<SessionKey, MemorySegment> each : found.records().entrySet()) {
                    int slot = table.take(number(each.getKey()));
                    table.use(slot, now);
                    MemorySegment record = each.getValue();
                    state(slot).copyFrom(record.asSlice(record.byteSize() - bytes));
                }
                return found.count();
            }
            store.replaceAll(found.records().entrySet());
            table.clear();
            found.records().keySet().forEach(key -> table.elsewhere(number(key), true));
            return found.count();
        }
    }
}

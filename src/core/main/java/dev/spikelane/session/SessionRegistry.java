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

/** The sessions of a pool: in memory, in a store, or in the snapshot that is being written. */
final class SessionRegistry {

    private static final System.Logger LOG = System.getLogger("dev.spikelane");

    /** So many sessions go to a file, or a store, before others have their turn. */
    private static final int AT_ONCE = 256;

    /** One part in so many of the memory is kept free, so that a step that brings sessions need not write others. */
    private static final int SHARE_OF_ROOM = 16;

    /** Numbers of names in a pool: from this one on, below all that callers may use. */
    private static final long FIRST_NAME = Long.MIN_VALUE;

    private static final long LAST_NAME = FIRST_NAME + (1L << 40);

    private final SessionTurn turn;
    private final @Nullable SessionStore store;
    private final int mostSessions;
    private final long fingerprint;
    private final long bytes;
    private final int mostInMemory;
    /** Sessions in memory up to which no step evicts: the rest is room for those that the next steps bring. */
    private final int uncrowded;

    private final SessionTable table;
    private final MemorySegment initial;
    private final MemorySegment spare;
    /** Numbers of names in this pool, which no file has. */
    private Map<String, Long> names = new ConcurrentHashMap<>();

    private Map<Long, SessionKey> keysOfNames = new ConcurrentHashMap<>();
    private final AtomicLong nextName = new AtomicLong(FIRST_NAME);
    /** Guards the store and the records that wait for it; no thread waits for its turn while it has this lock. */
    private final Object storing = new Object();

    /** Copies of a part of the sessions that are still to be written. */
    private Map<Long, MemorySegment> waiting = new HashMap<>();
    /** Held while sessions are written outside of the turn, and taken before it. */
    private final ReentrantLock writing = new ReentrantLock();

    private final boolean durable;
    private @Nullable ByteBuffer packed;
    private @Nullable SessionSnapshot saving;
    /** The present step: a time that grows. */
    private long now = System.nanoTime();

    /**
     * Starts without a session.
     *
     * @param bytes of a packed state
     * @param allocator gives zeroed memory of some bytes
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
                    "memory is " + declared.memory + " bytes, expected the " + bytes + " of a session at least");
        }
        this.uncrowded = mostInMemory - mostInMemory / SHARE_OF_ROOM;
        this.table = new SessionTable(allocator, bytes, mostInMemory);
        this.initial = allocator.apply(bytes);
        this.spare = allocator.apply(bytes);
        this.durable = declared.durable;
    }

    /** Opens the store, whose sessions are there from now on. */
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

    /** The number that stands for a key in this pool. */
    private long number(SessionKey key) {
        return key.name().map(this::key).orElse(key.number());
    }

    /** The key that a number stands for. */
    SessionKey key(long number) {
        SessionKey named = keysOfNames.get(number);
        if (named == null && number < LAST_NAME) {
            throw new IllegalArgumentException("key " + number + " is of no name that this pool has, expected one that"
                    + " key(name) returned, or at least " + LAST_NAME);
        }
        return named == null ? SessionKey.of(number) : named;
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
     * Evicts idle sessions, outside of the turn, where there is little room for those that the next steps bring. The
     * call does nothing while another thread writes. A session that cannot be written stays in memory, and the step
     * that needs its room throws.
     */
    void evictAhead() {
        // Read without the turn: the number may be that of a moment ago.
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

    /** The slots of sessions, long idle, that leave enough room when they go. */
    private IntStream idlest() {
        return IntStream.generate(() -> table.idle(now))
                .limit(Math.clamp(table.inMemory() - uncrowded, 0, AT_ONCE))
                .filter(slot -> slot != KeySlots.NONE)
                .distinct();
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
                throw new IllegalStateException("the store has no state of session " + key + ", which it was given");
            }
            into.copyFrom(SessionRecord.requireState(record, named, fingerprint, bytes));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Memory for a record, used by one turn at a time. */
    private ByteBuffer packed(long size) {
        if (packed == null || packed.capacity() < size) {
            packed = ByteBuffer.allocateDirect(Math.toIntExact(size));
        }
        return packed.clear().limit((int) size);
    }

    /** The record of a session that is in memory. */
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

    /** The packed state of a session, in memory or in the store; null where there is none. */
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

    /** Forgets a session that has done no step, as the step in which it began is refused. */
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
            throw new IllegalStateException("the pool has no store, expected one for sessions that leave memory");
        }
        return store;
    }

    /** Writes all changed sessions while others have their turns; returns their number. */
    int flush() throws IOException {
        return storeAll(Long.MAX_VALUE, false);
    }

    /** Brings to the store all sessions that were used before a time, while others have their turns. */
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

    /** Brings a session to the store; it stays in memory if it is used meanwhile. */
    boolean evict(long key) throws IOException {
        SessionStore into = requireStore();
        return alone(() -> store(into, () -> IntStream.of(table.find(key)).filter(slot -> slot >= 0), true)) > 0;
    }

    /** Work that writes to the store. */
    interface Work {
        int run() throws IOException;
    }

    /** Runs work that no other work of this kind runs beside; a thread that has its turn would wait for others. */
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
     * Writes some sessions that have changed, outside of the turn. A session that was removed or written meanwhile is
     * not written again, as its copy is older. Returns the number of sessions that were written, or evicted.
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
                    "session " + key(key) + " stays in memory, as its store cannot write it: " + failure.getMessage(),
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

    /** Brings all to the store, if there is one, and closes it. */
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
            names.remove(name); // behind all that may fail
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
            throw new IllegalStateException("a snapshot is being written, expected one at a time");
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

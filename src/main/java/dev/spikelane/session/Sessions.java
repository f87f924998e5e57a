package dev.spikelane.session;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.engine.session.KeySlots;
import dev.spikelane.engine.session.SessionTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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

    /** Numbers of names in a pool: from this one on, below all that callers may use. */
    private static final long FIRST_NAME = Long.MIN_VALUE;

    private static final long LAST_NAME = FIRST_NAME + (1L << 40);

    private final SessionTurn turn;
    private final @Nullable SessionStore store;
    private final int mostSessions;
    private final long fingerprint;
    private final long bytes;
    private final int mostInMemory;
    private final SessionTable table;
    private final MemorySegment initial;
    private final MemorySegment spare;
    /** Numbers of names in this pool, which no file has. */
    private final Map<String, Long> names = new ConcurrentHashMap<>();

    private final Map<Long, SessionKey> keysOfNames = new ConcurrentHashMap<>();
    private final AtomicLong nextName = new AtomicLong(FIRST_NAME);
    /** Guards the store and the records that wait for it; no thread waits for its turn while it has this lock. */
    private final Object storing = new Object();

    private final Map<Long, MemorySegment> waiting = new HashMap<>();
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
        this.durable = said.durable;
        if (store != null) {
            try {
                for (SessionKey key : store.keys()) {
                    table.elsewhere(number(key), true);
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    /** The number that stands for a key in this pool. */
    private long number(SessionKey key) {
        return key.name().map(this::key).orElse(key.number());
    }

    /** The key that a number stands for. */
    private SessionKey key(long number) {
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
        if (store == null) {
            return false;
        }
        SessionKey named = key(key);
        MemorySegment record = MemorySegment.ofBuffer(packed(SessionRecord.size(named, bytes)));
        try {
            boolean found;
            synchronized (storing) {
                found = store.read(named, record);
            }
            if (found) {
                into.copyFrom(SessionRecord.requireState(record, named, fingerprint, bytes));
            }
            return found;
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
                SessionRecord.NUMBER,
                fingerprint,
                state.get(JAVA_LONG, 0),
                key(table.key(slot)),
                state.asByteBuffer());
        return MemorySegment.ofBuffer(into.flip()).asReadOnly();
    }

    private long recordBytes(int slot) {
        return SessionRecord.size(key(table.key(slot)), bytes);
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
        SessionStore into = requireStore();
        if (table.isChanged(slot)) {
            try {
                synchronized (storing) {
                    waiting.remove(table.key(slot));
                    into.write(key(table.key(slot)), pack(slot, packed(recordBytes(slot))));
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

    /** Writes changed sessions that were used before a time, while others have their turns; returns their number. */
    int flush(long since) {
        SessionStore into = requireStore();
        int count = 0;
        boolean more = true;
        try {
            for (int first = 0; more; first += AT_ONCE) {
                Map<Long, MemorySegment> copied = new HashMap<>();
                long at;
                try (SessionTurn _ = turn.take()) {
                    at = now;
                    more = first + AT_ONCE < table.slots();
                    for (int slot = first; slot < Math.min(first + AT_ONCE, table.slots()); slot++) {
                        if (table.used(slot) < since && table.isChanged(slot)) {
                            copied.put(table.key(slot), pack(slot, ByteBuffer.allocate((int) recordBytes(slot))));
                        }
                    }
                    synchronized (storing) {
                        waiting.putAll(copied);
                    }
                }
                List<Long> written = new ArrayList<>();
                try {
                    for (Map.Entry<Long, MemorySegment> each : copied.entrySet()) {
                        write(into, each.getKey(), each.getValue());
                        written.add(each.getKey());
                    }
                } finally {
                    synchronized (storing) {
                        waiting.values().removeAll(copied.values());
                    }
                    try (SessionTurn _ = turn.takeUnlessEnded()) {
                        written.forEach(key -> table.stored(key, at));
                    }
                }
                count += written.size();
            }
            synchronized (storing) {
                into.flush(durable);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return count;
    }

    /** Writes a record, unless a later one of its session was written meanwhile, or the session was removed. */
    private void write(SessionStore into, long key, MemorySegment record) throws IOException {
        synchronized (storing) {
            if (waiting.remove(key, record)) {
                SessionKey named = SessionRecord.keyOf(record);
                into.write(named, record);
            }
        }
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
        flush(since);
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

    /** Brings all to the store, if there is one, and closes it. */
    void end() {
        if (store != null) {
            evictIdle(0, table.slots(), Long.MAX_VALUE);
            try {
                synchronized (storing) {
                    store.flush(durable);
                    store.close();
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
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
            MemorySegment found = find(key);
            if (found == null) {
                requireNew(key, SessionTable.ELSEWHERE);
            } else {
                saving.keep(key, key(key), found);
            }
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
                return;
            }
            synchronized (storing) {
                store.replaceAll(found.records().entrySet());
                waiting.clear();
            }
            table.clear();
            found.records().keySet().forEach(key -> table.elsewhere(number(key), true));
        }
    }
}

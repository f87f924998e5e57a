package dev.spikelane.session;

import static dev.spikelane.Failures.assertPart;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions in a folder outlive pools, and no session gets the state of another one. */
@EveryWidth
final class SessionStoreTest extends FolderCase {

    private static final SpikeMatrix INPUT = SpikeMatrix.zeros(1, 4);

    @TempDir
    private Path other;

    private static Network network(float beta) {
        return Networks.dense(new TorchRandom(1), new Leaky(beta), 4, 3);
    }

    private SessionPool open() {
        return open(SessionStore.ofFolder(folder));
    }

    private static SessionPool open(SessionStore store) {
        return SessionPool.builder(network(0.9f)).store(store).build();
    }

    private static long step(SessionPool pool, String name, int times) {
        return step(pool, pool.key(name), times);
    }

    private static long step(SessionPool pool, long key, int times) {
        SessionPool.Answers answers = pool.newAnswers(1);
        for (int i = 0; i < times; i++) {
            pool.step(new long[] {key}, INPUT, answers);
        }
        return answers.steps(0);
    }

    /** Ends a pool like a crash: its lock and its memory are lost. */
    private static void halt(SessionStore store) throws IOException {
        store.close();
    }

    @Test
    void namesKeepTheirStatesAfterACrash() throws IOException {
        Path file = other.resolve("snapshot");
        SessionStore store = SessionStore.ofFolder(folder);
        SessionPool pool = open(store);
        step(pool, "ann", 1);
        step(pool, "bob", 2);
        pool.snapshot(file);
        step(pool, "cid", 3);
        pool.evictIdle(Duration.ZERO);
        halt(store);
        try (SessionPool next = open()) {
            assertEquals(3, next.sessions());
            assertEquals(3, step(next, "bob", 1));
            assertEquals(1, step(next, "eve", 1));
            assertEquals(4, step(next, "cid", 1));
            next.restore(file);
            assertEquals(2, next.sessions());
            assertEquals(1, step(next, "dora", 1));
            assertEquals(1, step(next, "cid", 1));
            assertEquals(2, step(next, "ann", 1));
        }
    }

    @Test
    void aRestoreForgetsAllOtherSessions() throws IOException {
        Path file = other.resolve("snapshot");
        try (SessionPool pool = open()) {
            step(pool, "ann", 1);
            pool.snapshot(file);
            step(pool, "bob", 50);
            step(pool, 2, 9);
        }
        try (SessionPool pool = open()) {
            assertEquals(3, pool.sessions());
            pool.restore(file);
            assertEquals(1, step(pool, "carol", 1));
            assertEquals(1, step(pool, 2, 1));
            assertEquals(2, step(pool, "ann", 1));
        }
    }

    @Test
    void othersStepWhileSessionsLeaveForNewOnes() throws Exception {
        AtomicReference<SessionPool> pool = new AtomicReference<>();
        AtomicInteger written = new AtomicInteger();
        SessionStore store = new ForwardingStore(SessionStore.ofFolder(folder)) {
            @Override
            public void write(SessionKey key, MemorySegment state) throws IOException {
                if (written.getAndIncrement() == 0) {
                    CompletableFuture.runAsync(() -> {
                                SessionPool of = pool.getPlain();
                                of.step(new long[] {30, 100}, SpikeMatrix.zeros(2, 4), of.newAnswers(2));
                            })
                            .orTimeout(10, TimeUnit.SECONDS)
                            .join();
                }
                super.write(key, state);
            }
        };
        try (SessionPool probe = SessionPool.builder(network(0.9f)).build();
                SessionPool made = SessionPool.builder(network(0.9f))
                        .store(store)
                        .memory(32 * probe.stateBytes())
                        .build()) {
            pool.set(made);
            for (long key = 0; key < 40; key++) {
                made.step(new long[] {key}, INPUT, made.newAnswers(1));
            }
            assertEquals(40 + 1 - 30, written.get());
            assertEquals(30, made.inMemory());
        }
    }

    @Test
    void aReopenedPoolKnowsItsStore() throws IOException {
        long[] keys = LongStream.range(0, 200).toArray();
        try (SessionPool pool = open()) {
            pool.step(keys, SpikeMatrix.zeros(200, 4), pool.newAnswers(200));
        }
        SessionPoolBuilder builder = SessionPool.builder(network(0.9f))
                .store(SessionStore.ofFolder(folder))
                .mostSessions(200);
        try (SessionPool pool = builder.build();
                SessionPool copy = SessionPool.builder(network(0.9f)).build()) {
            assertEquals(200, pool.sessions());
            assertThrows(IllegalStateException.class, () -> step(pool, 200, 1));
            assertEquals(2, step(pool, 199, 1));
            pool.snapshot(other.resolve("snapshot"));
            copy.restore(other.resolve("snapshot"));
            assertEquals(200, copy.sessions());
        }
    }

    @Test
    void statesOfOtherGraphsAndSecondPoolsAreRefused() throws IOException {
        try (SessionPool pool = open()) {
            step(pool, 1, 5);
            assertTrue(assertThrows(UncheckedIOException.class, this::open)
                    .getMessage()
                    .contains("is used by another pool"));
            assertEquals(6, step(pool, 1, 1));
        }
        try (SessionPool pool = SessionPool.builder(network(0.8f))
                .store(SessionStore.ofFolder(folder))
                .build()) {
            assertPart(UncheckedIOException.class, "session 1: state is of another network", () -> step(pool, 1, 1));
        }
        Files.createFile(folder.resolve("3.session"));
        assertTrue(assertThrows(UncheckedIOException.class, this::open)
                .getMessage()
                .contains("3.session"));
        assertTrue(Files.exists(folder.resolve("3.session")));
    }

    /** A library in two class loaders has two lists of folders in use, but one lock of a file. */
    @Test
    void aLockOfThisProcessIsAnotherPool() throws IOException {
        try (FileChannel channel = FileChannel.open(
                        folder.resolve("sessions.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            assertPart(UncheckedIOException.class, "is used by another pool", this::open);
        }
        open().close();
    }

    /** Names, old records, a removed session: with any flipped bit, each has its state or is refused. */
    @Test
    void aFlippedBitNeverGivesAnotherState() throws IOException {
        Map<SessionKey, byte[]> states = new HashMap<>();
        SessionKey[] keys = {SessionKey.of("ann"), SessionKey.of(2), SessionKey.of("\ud800"), SessionKey.of(-7)};
        int size = log(keys, states);
        byte[] bytes = Files.readAllBytes(folder.resolve("sessions.log"));
        int served = 0;
        int refused = 0;
        for (int bit = 0; bit < 8 * bytes.length; bit += 3) {
            byte[] changed = bytes.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(folder.resolve("sessions.log"), changed);
            try (SessionStore store = new SessionLog(folder, (_, _) -> {})) {
                assertTrue(Set.of(keys).containsAll(store.keys()), "bit " + bit);
                for (SessionKey key : keys) {
                    byte[] found = new byte[SessionRecord.headBytes(key) + size];
                    MemorySegment record = MemorySegment.ofArray(found);
                    boolean there = store.read(key, record);
                    assertEquals(states.containsKey(key) || there, there, "bit " + bit + " loses " + key);
                    if (there) {
                        try {
                            MemorySegment state = SessionRecord.requireState(record, key, 5, size);
                            assertArrayEquals(states.get(key), state.toArray(ValueLayout.JAVA_BYTE), "bit " + bit);
                            served++;
                        } catch (IOException damaged) {
                            refused++;
                        }
                    }
                }
            }
        }
        assertTrue(served > 10 * refused / 4 && refused > 500, served + " served, " + refused + " refused");
    }

    /** Writes a log with an older record of each session, the last of which is removed; returns bytes of a state. */
    private int log(SessionKey[] keys, Map<SessionKey, byte[]> states) throws IOException {
        int size = 24;
        try (SessionStore store = SessionStore.ofFolder(folder)) {
            store.keys();
            for (int i = 0; i < 2 * keys.length; i++) {
                SessionKey key = keys[i % keys.length];
                ByteBuffer state = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
                state.putLong(0, i).putLong(8, 100 + i);
                ByteBuffer record = ByteBuffer.allocate(SessionRecord.headBytes(key) + size);
                SessionRecord.put(record, SessionRecord.SESSION, 5, i, key, state);
                store.write(key, MemorySegment.ofArray(record.array()));
                states.put(key, state.array());
            }
            store.remove(keys[3]);
            states.remove(keys[3]);
        }
        return size;
    }

    /** After a crash at any byte of the log, whole records stay. */
    @Test
    void aCutRecordIsDropped() throws IOException {
        Map<SessionKey, byte[]> states = new HashMap<>();
        SessionKey[] keys = {SessionKey.of("ann"), SessionKey.of(2), SessionKey.of("\ud800"), SessionKey.of(-7)};
        int size = log(keys, states);
        byte[] bytes = Files.readAllBytes(folder.resolve("sessions.log"));
        for (int length = 0; length < bytes.length; length++) {
            Files.write(folder.resolve("sessions.log"), Arrays.copyOf(bytes, length));
            try (SessionStore store = new SessionLog(folder, (_, _) -> {})) {
                for (SessionKey key : store.keys()) {
                    byte[] found = new byte[SessionRecord.headBytes(key) + size];
                    MemorySegment record = MemorySegment.ofArray(found);
                    assertTrue(store.read(key, record));
                    SessionRecord.requireState(record, key, 5, size);
                }
            }
            assertTrue(Files.size(folder.resolve("sessions.log")) <= length);
        }
    }

    @Test
    void aRestoreThatFailsChangesNothing() throws IOException {
        Path file = other.resolve("snapshot");
        MapStore store = new MapStore();
        try (SessionPool pool = open(store)) {
            long[] keys = LongStream.range(0, 20).toArray();
            pool.step(keys, SpikeMatrix.zeros(20, 4), pool.newAnswers(20));
            pool.snapshot(file);
            pool.evictIdle(Duration.ZERO);
            step(pool, 3, 4);
            store.fails = true;
            assertThrows(IOException.class, () -> pool.restore(file));
            store.fails = false;
            assertEquals(20, pool.sessions());
            assertEquals(6, step(pool, 3, 1));
            assertEquals(2, step(pool, 4, 1));
        }
    }

    /** A session with a temporary read error is counted, is in snapshots, and continues later. */
    @Test
    void aSessionWhoseStoreFailsAtReadingIsNotForgotten() throws IOException {
        Path file = other.resolve("snapshot");
        MapStore store = new MapStore();
        try (SessionPool pool = open(store)) {
            step(pool, "ann", 3);
            pool.evictIdle(Duration.ZERO);
            store.fails = true;
            assertThrows(UncheckedIOException.class, () -> step(pool, "ann", 1));
            store.fails = false;
            assertEquals(1, pool.sessions());
            pool.snapshot(file);
            assertEquals(4, step(pool, "ann", 1));
            pool.restore(file);
            assertEquals(4, step(pool, "ann", 1));
        }
    }

    /** Flushed steps survive a crash; those of a failed write stay in memory. */
    @Test
    void flushedStepsSurvive() throws IOException {
        SessionStore store = SessionStore.ofFolder(folder);
        SessionPool pool =
                SessionPool.builder(network(0.9f)).store(store).durable().build();
        step(pool, "ann", 3);
        step(pool, 9, 2);
        assertEquals(2, pool.flush());
        assertEquals(0, pool.flush());
        step(pool, 9, 5);
        halt(store);
        assertThrows(UncheckedIOException.class, pool::flush);
        assertEquals(8, step(pool, 9, 1));
        try (SessionPool next = open()) {
            assertEquals(4, step(next, "ann", 1));
            assertEquals(3, step(next, 9, 1));
        }
    }

    /** A file with many replaced records is compacted to the last state of each session. */
    @Test
    void replacedRecordsAreLeftOut() throws IOException {
        byte[] bytes = new byte[1 << 20];
        SessionKey one = SessionKey.of(1);
        SessionKey two = SessionKey.of("\ud800 two");
        try (SessionStore store = SessionStore.ofFolder(folder)) {
            store.keys();
            for (int i = 0; i < 40; i++) {
                SessionKey key = i % 2 == 0 ? one : two;
                ByteBuffer record = ByteBuffer.allocate(SessionRecord.headBytes(key) + bytes.length);
                bytes[9] = (byte) i;
                SessionRecord.put(record, SessionRecord.SESSION, 5, i, key, ByteBuffer.wrap(bytes));
                store.write(key, MemorySegment.ofArray(record.array()));
            }
            store.flush(false);
        }
        assertTrue(Files.size(folder.resolve("sessions.log")) < 3 << 20);
        try (SessionStore store = SessionStore.ofFolder(folder)) {
            assertEquals(Set.of(one, two), Set.copyOf(store.keys()));
            byte[] found = new byte[SessionRecord.headBytes(two) + bytes.length];
            assertTrue(store.read(two, MemorySegment.ofArray(found)));
            assertEquals(39, found[SessionRecord.headBytes(two) + 9]);
        }
    }
}

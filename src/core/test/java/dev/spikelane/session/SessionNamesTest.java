package dev.spikelane.session;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@EveryWidth
final class SessionNamesTest {

    private static final int INPUTS = 20;

    private @TempDir Path folder;

    private static Network network() {
        return Networks.dense(new TorchRandom(1), new Leaky(0.9f).withThreshold(0.1f), INPUTS, 6);
    }

    private static SpikeMatrix spikes(int rows) {
        SpikeMatrix spikes = SpikeMatrix.zeros(rows, INPUTS);
        for (int i = 0; i < rows * INPUTS; i += 3) {
            spikes.set(i / INPUTS, i % INPUTS, true);
        }
        return spikes;
    }

    @Test
    void namesStandForKeys() throws IOException {
        Path file = folder.resolve("pool");
        try (SessionPool pool = SessionPool.builder(network()).build();
                SessionPool other = SessionPool.builder(network()).build()) {
            long one = pool.key("sensor 1");
            long two = pool.key("s\u00fcd 2");
            assertEquals(one, pool.key("sensor 1"));
            pool.step(new long[] {two, 5}, spikes(2), pool.newAnswers(2));
            pool.snapshot(file);
            other.restore(file);
            long dora = other.key("dora");
            assertArrayEquals(pool.state(two), other.state(other.key("s\u00fcd 2")));
            assertThrows(IllegalArgumentException.class, () -> other.state(dora));
            assertEquals(two - 1, one);
            assertArrayEquals(pool.state(5), other.state(5));
            pool.remove("s\u00fcd 2");
            assertEquals(1, pool.sessions());
            assertThrows(
                    IllegalArgumentException.class, () -> pool.step(new long[] {two}, spikes(1), pool.newAnswers(1)));
            assertEquals(two + 1, pool.key("s\u00fcd 2"));
        }
    }

    /** If a store fails or a pool is closed, the name and its session stay. */
    @Test
    void snapshotsTakeTheLongestName() throws IOException {
        Path file = folder.resolve("pool");
        String longest = "\uffff".repeat(20_000);
        try (SessionPool pool = SessionPool.builder(network()).build();
                SessionPool other = SessionPool.builder(network()).build()) {
            long key = pool.key(longest);
            pool.step(new long[] {key}, spikes(1), pool.newAnswers(1));
            assertInvalid("name has 20001 characters, expected at most 20000", () -> pool.key(longest + "a"));
            pool.snapshot(file);
            other.restore(file);
            assertArrayEquals(pool.state(key), other.state(other.key(longest)));
        }
    }

    @Test
    void aNameStaysWhereItsSessionDoes() {
        MapStore store = new MapStore();
        SessionPool pool = SessionPool.builder(network()).store(store).build();
        long key = pool.key("a");
        pool.step(new long[] {key}, spikes(1), pool.newAnswers(1));
        store.fails = true;
        assertThrows(UncheckedIOException.class, () -> pool.remove("a"));
        assertEquals(key, pool.key("a"));
        store.fails = false;
        pool.close();
        assertThrows(IllegalStateException.class, () -> pool.remove("a"));
        assertEquals(key, pool.key("a"));
    }

    /** A name that is removed or created during a snapshot appears as at its start. */
    @Test
    void snapshotsHaveTheNamesOfTheirSessions() throws IOException {
        MapStore store = new MapStore();
        List<SessionPool> pools = new ArrayList<>();
        SessionStore slow = new SessionStore() {
            @Override
            public Collection<SessionKey> keys() {
                return store.keys();
            }

            @Override
            public void replaceAll(Iterable<Map.Entry<SessionKey, MemorySegment>> all) throws IOException {
                store.replaceAll(all);
            }

            @Override
            public void write(SessionKey key, MemorySegment state) throws IOException {
                store.write(key, state);
            }

            @Override
            public boolean read(SessionKey key, MemorySegment into) throws IOException {
                for (SessionPool pool : pools) { // once, in the snapshot
                    Thread thread = Thread.ofPlatform().daemon().start(() -> pool.remove("a"));
                    while (thread.isAlive() && thread.getState() != Thread.State.WAITING) { // until its turn
                        Thread.onSpinWait();
                    }
                }
                pools.clear();
                return store.read(key, into);
            }

            @Override
            public void remove(SessionKey key) throws IOException {
                store.remove(key);
            }
        };
        Path file = folder.resolve("pool");
        try (SessionPool pool = SessionPool.builder(network()).store(slow).build();
                SessionPool other = SessionPool.builder(network()).build()) {
            long key = pool.key("a");
            pool.key("b");
            pool.step(new long[] {key}, spikes(1), pool.newAnswers(1));
            pool.evict(key);
            byte[] state = pool.state(key);
            pools.add(pool);
            pool.snapshot(file);
            assertEquals(0, pool.sessions());
            other.restore(file);
            assertArrayEquals(state, other.state(other.key("a")));
        }
    }

    /** New names during a restore get keys that the restored names do not have. */
    @Test
    void keysAreDifferentWhileNamesComeBack() throws Exception {
        int count = 40_000;
        Path file = folder.resolve("pool");
        try (SessionPool pool = SessionPool.builder(network()).build();
                SessionPool other = SessionPool.builder(network()).build()) {
            for (int i = 0; i < count; i++) {
                pool.key("old " + i);
            }
            pool.snapshot(file);
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Integer> asked = CompletableFuture.supplyAsync(() -> {
                int next = 0;
                while (!over.get()) {
                    other.key("new " + next++);
                }
                return next;
            });
            other.restore(file);
            over.set(true);
            Set<Long> keys = new HashSet<>();
            for (int i = 0; i < count; i++) {
                assertTrue(keys.add(other.key("old " + i)));
            }
            for (int i = 0; i < asked.join(); i++) {
                assertTrue(keys.add(other.key("new " + i)), "new " + i + " has the key of another name");
            }
        }
    }
}

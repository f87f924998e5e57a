package dev.spikelane.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that are used, removed or evicted while a flush writes them. */
@EveryWidth
final class SessionFlushTest {

    private static final SpikeMatrix INPUT = SpikeMatrix.zeros(1, 4);
    private static final int SESSIONS = 4;

    private final MapStore states = new MapStore();
    /** Runs once, in the first write. */
    private Runnable meanwhile = () -> {};

    private final SessionStore store = new ForwardingStore(states) {
        @Override
        public void write(SessionKey key, MemorySegment state) throws IOException {
            Runnable now = meanwhile;
            meanwhile = () -> {};
            now.run();
            super.write(key, state);
        }
    };

    private SessionPool open() {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9f), 4, 3);
        return SessionPool.builder(network).store(store).memory(1 << 20).build();
    }

    private static long step(SessionPool pool, long key) {
        SessionPool.Answers answers = pool.newAnswers(1);
        pool.step(new long[] {key}, INPUT, answers);
        return answers.steps(0);
    }

    private long written(long key) {
        return states.state(key).getLong(0);
    }

    private void check(ToIntFunction<SessionPool> writes) {
        for (int change = 0; change < 4; change++) {
            states.states.clear();
            int what = change;
            SessionPool pool = open();
            for (long key = 0; key < SESSIONS; key++) {
                step(pool, key);
                step(pool, key);
            }
            meanwhile = () -> {
                for (long key = 1; key < SESSIONS; key++) { // session 0 is being written
                    change(pool, key, what);
                }
            };
            writes.applyAsInt(pool);
            pool.flush();
            for (long key = 1; key < SESSIONS; key++) {
                assertEquals(what == 1 ? 1 : what == 2 ? 0 : what == 3 ? 4 : 3, written(key), "change " + what);
            }
            for (long key = 1; key < SESSIONS; key++) {
                pool.evict(key);
                assertEquals(what == 1 ? 2 : what == 2 ? 1 : what == 3 ? 5 : 4, step(pool, key));
            }
            pool.close();
        }
    }

    private static void change(SessionPool pool, long key, int what) {
        if (what == 1 || what == 2) {
            pool.remove(key);
        }
        if (what != 2) {
            step(pool, key);
        }
        if (what == 3) {
            step(pool, key);
        }
    }

    /** Stepped, removed and recreated, removed, or stepped twice: the store has the last state. */
    @Test
    void aCopyNeverOverwritesWhatCameLater() {
        check(SessionPool::flush);
        check(pool -> pool.evictIdle(Duration.ZERO));
    }

    /** An evicted session writes itself; if this fails, the flush writes its copy, and no step is lost. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSessionThatMakesRoomWritesItself(boolean fails) {
        SessionPool tight = SessionPool.builder(Networks.dense(new TorchRandom(1), new Leaky(0.9f), 4, 3))
                .store(store)
                .memory(open().stateBytes() * SESSIONS)
                .build();
        for (long key = SESSIONS - 1; key >= 0; key--) { // session 0 is written first, and evicted last
            step(tight, key);
        }
        meanwhile = () -> {
            states.fails = fails;
            for (long key = 10; key < 10 + SESSIONS; key++) {
                long begun = key;
                if (fails) {
                    assertThrows(UncheckedIOException.class, () -> step(tight, begun));
                } else {
                    step(tight, begun);
                }
            }
            states.fails = false;
        };
        tight.flush();
        for (long key = 0; key < SESSIONS; key++) {
            assertEquals(1, written(key));
        }
        for (long key = 0; key < SESSIONS; key++) {
            assertEquals(2, step(tight, key));
        }
        tight.close();
    }

    /** Steps of sessions in memory do not wait for a store that hangs. */
    @Test
    void stepsGoOnWhileTheStoreHangs() throws InterruptedException {
        CountDownLatch writes = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        SessionPool pool = open();
        step(pool, 1);
        step(pool, 2);
        meanwhile = () -> {
            writes.countDown();
            await(goesOn);
        };
        Thread evicts = Thread.ofPlatform().start(() -> pool.evict(1));
        assertTrue(writes.await(30, TimeUnit.SECONDS));
        assertEquals(2, step(pool, 1));
        assertEquals(2, step(pool, 2));
        goesOn.countDown();
        evicts.join();
        assertEquals(2, pool.inMemory());
        assertEquals(1, written(1));
        assertTrue(pool.evict(1));
        assertEquals(2, written(1));
        assertFalse(pool.evict(1));
        pool.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ended) {
            throw new AssertionError(ended);
        }
    }

    @Test
    void flushesComeAgainUntilThePoolIsClosed() throws InterruptedException {
        SessionPool pool = SessionPool.builder(Networks.dense(new TorchRandom(1), new Leaky(0.9f), 4, 3))
                .store(store)
                .flushEvery(Duration.ofMillis(1))
                .build();
        step(pool, 1);
        states.fails = true;
        step(pool, 1);
        Thread.sleep(20);
        assertThrows(UncheckedIOException.class, pool::flush);
        states.fails = false;
        for (int i = 0; i < 3000 && written(1) < 2; i++) {
            Thread.sleep(10);
        }
        assertEquals(2, written(1));
        pool.close();
        for (int i = 0; i < 3000 && hasFlusher(); i++) {
            Thread.sleep(10);
        }
        assertFalse(hasFlusher());
    }

    private static boolean hasFlusher() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("spikelane-flush"));
    }

    /** An interrupted thread would close a channel for all others. */
    @Test
    void anInterruptedThreadClosesNothing(@TempDir Path folder) {
        SessionPool pool = SessionPool.builder(Networks.dense(new TorchRandom(1), new Leaky(0.9f), 4, 3))
                .store(SessionStore.ofFolder(folder))
                .build();
        step(pool, 1);
        Thread.currentThread().interrupt();
        assertTrue(pool.evict(1));
        assertEquals(2, step(pool, 1));
        assertTrue(Thread.interrupted());
        pool.flush();
        pool.close();
    }
}

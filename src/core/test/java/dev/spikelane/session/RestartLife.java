package dev.spikelane.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * The life of a pool between two restarts, and the plain map beside it: threads step, evict, flush and remove sessions
 * at random. The input of a step depends on the session and the step's number, so each count of steps has one state.
 */
final class RestartLife {

    static final int THREADS = 3;
    static final int SESSIONS = 8 * THREADS;
    /** More steps are not taken, so that every state can be computed again. */
    private static final int MOST_STEPS = 400;

    private static final int INPUTS = 4;

    final SessionPool pool;
    /** Steps that were answered. */
    final AtomicIntegerArray done = new AtomicIntegerArray(SESSIONS);
    /** Steps that a flush has acknowledged; guarded by this. */
    final int[] flushed = new int[SESSIONS];
    /** How often a session was removed; guarded by this. */
    private final int[] removals = new int[SESSIONS];

    private final boolean removes;
    /** Flushes that were acknowledged. */
    final AtomicInteger flushes = new AtomicInteger();

    private volatile boolean ends;

    /** Opens a pool whose sessions have done some steps. */
    RestartLife(SessionStore store, int[] steps, boolean removes) {
        this.removes = removes;
        pool = SessionPool.builder(network())
                .store(store)
                .memory(1 << 10)
                .build(); // some sessions make room for others
        for (int session = 0; session < SESSIONS; session++) {
            done.set(session, steps[session]);
            flushed[session] = steps[session];
        }
    }

    static Network network() {
        return Network.builder(INPUTS)
                .dense(3, new TorchRandom(1))
                .neuron(new Leaky(0.9f))
                .build();
    }

    /** Half of the sessions have names, of which two and two have the same hash. */
    static long key(SessionPool of, int session) {
        return switch (session % 4) {
            case 0 -> session;
            case 1 -> of.key("Aa" + session / 4);
            case 2 -> -session;
            default -> of.key("BB" + session / 4);
        };
    }

    static void step(SessionPool of, int session, int number) {
        SpikeMatrix input = SpikeMatrix.zeros(1, INPUTS);
        int bits = new Random(1000L * session + number).nextInt();
        for (int i = 0; i < INPUTS; i++) {
            input.set(0, i, (bits >> i & 1) != 0);
        }
        SessionPool.Answers answers = of.newAnswers(1);
        of.step(new long[] {key(of, session)}, input, answers);
        assertEquals(number + 1, answers.steps(0), () -> "session " + session);
    }

    /** Returns how many steps each session of a reopened pool has done; fails unless its state is that of so many. */
    static int[] verify(SessionPool reopened) {
        int[] steps = new int[SESSIONS];
        int there = 0;
        try (SessionPool plain = SessionPool.builder(network()).build()) {
            for (int session = 0; session < SESSIONS; session++) {
                byte[] found;
                try {
                    found = reopened.state(key(reopened, session));
                } catch (IllegalArgumentException none) {
                    continue;
                }
                there++;
                steps[session] = (int) MemorySegment.ofArray(found).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
                assertTrue(steps[session] > 0 && steps[session] <= MOST_STEPS, steps[session] + " steps");
                for (int i = 0; i < steps[session]; i++) {
                    step(plain, session, i);
                }
                assertArrayEquals(plain.state(key(plain, session)), found, "session " + session);
            }
        }
        assertEquals(there, reopened.sessions(), "sessions");
        return steps;
    }

    /** What happens while threads call the pool. */
    interface Meanwhile {
        void run() throws Exception;
    }

    /** Lets threads call the pool at random until {@code meanwhile} has run. */
    void live(Random random, Meanwhile meanwhile) throws Exception {
        List<Future<?>> results = new ArrayList<>();
        ends = false;
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (int thread = 0; thread < THREADS; thread++) {
                int number = thread;
                Random own = new Random(random.nextLong());
                results.add(threads.submit(() -> {
                    while (!ends) {
                        call(own, number + THREADS * own.nextInt(SESSIONS / THREADS));
                    }
                }));
            }
            try {
                meanwhile.run();
            } finally {
                ends = true;
            }
        }
        for (Future<?> each : results) {
            try {
                each.get();
            } catch (ExecutionException failure) {
                throw new AssertionError(failure.getCause());
            }
        }
    }

    /** A call that throws, because the store fails, has changed nothing. */
    private void call(Random random, int session) {
        try {
            switch (random.nextInt(20)) {
                case 0 -> flush();
                case 1 -> pool.evictIdle(Duration.ZERO);
                case 2 -> remove(session);
                case 3, 4, 5 -> pool.evict(key(pool, session));
                default -> {
                    if (done.get(session) < MOST_STEPS) {
                        step(pool, session, done.get(session));
                        done.incrementAndGet(session);
                    }
                }
            }
        } catch (UncheckedIOException failed) {
            assertTrue(failed.toString().contains("store fails"), failed::toString);
        }
    }

    private synchronized void remove(int session) {
        if (removes) {
            pool.remove(key(pool, session));
            done.set(session, 0);
            flushed[session] = 0;
            removals[session]++;
        }
    }

    /** What was answered before a flush is in the store behind it, unless it was removed meanwhile. */
    private void flush() {
        int[] steps = new int[SESSIONS];
        int[] before;
        synchronized (this) {
            before = removals.clone();
            Arrays.setAll(steps, done::get);
        }
        pool.flush();
        acknowledge(steps, before);
    }

    private synchronized void acknowledge(int[] steps, int[] before) {
        StringBuilder line = new StringBuilder("flushed");
        for (int session = 0; session < SESSIONS; session++) {
            if (removals[session] == before[session]) {
                flushed[session] = Math.max(flushed[session], steps[session]);
            }
            line.append(' ').append(flushed[session]);
        }
        if (!removes) {
            System.out.println(line);
        }
        flushes.incrementAndGet();
    }
}

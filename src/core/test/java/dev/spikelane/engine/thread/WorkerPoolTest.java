package dev.spikelane.engine.thread;

import static dev.spikelane.Failures.assertIllegalState;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Alone
final class WorkerPoolTest {

    /** Each thread has a fixed range in every job; a late thread loses parts from the end of its range. */
    @Test
    void partsStayWithTheirThreadsAndAreTakenOverFromTheEnd() {
        Set<Integer> byOther = ConcurrentHashMap.newKeySet();
        try (WorkerPool workers = new WorkerPool(2)) {
            for (int job = 0; job < 50; job++) {
                byOther.clear();
                CountDownLatch taken = new CountDownLatch(3);
                workers.run(
                        (part, thread) -> {
                            if (thread == 0 ? part >= 4 : part < 4) {
                                byOther.add(part);
                            }
                            if (part == 0 && thread == 0) {
                                awaitQuietly(taken); // until the other thread has taken the rest of this range
                            } else if (part < 4) {
                                taken.countDown();
                            }
                        },
                        8);
                if (!byOther.contains(0)) {
                    assertEquals(
                            Set.of(1, 2, 3),
                            Set.copyOf(byOther.stream().filter(part -> part < 4).toList()));
                }
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void refusesMorePartsThanItCanCount() {
        try (WorkerPool workers = new WorkerPool(1)) {
            assertThrows(IllegalArgumentException.class, () -> workers.run((part, thread) -> {}, 1 << 22));
        }
    }

    /** In short jobs, threads arrive in every order; the next job must see plain writes of a part. */
    @ParameterizedTest
    @CsvSource({"1, 20000", "2, 20000", "3, 20000", "4, 20000"})
    void everyPartRunsOnceInEachOfManyTinyJobs(int threads, int jobs) {
        int[] runs = new int[7];
        int[] expected = new int[7];
        try (WorkerPool workers = new WorkerPool(threads)) {
            assertEquals(threads, workers.threads());
            for (int job = 0; job < jobs; job++) {
                int parts = 1 + job % runs.length;
                workers.run((part, thread) -> runs[part]++, parts);
                for (int part = 0; part < parts; part++) {
                    expected[part]++;
                }
                for (int part = 0; part < runs.length; part++) {
                    assertEquals(expected[part], runs[part], "part " + part + " of job " + job);
                }
            }
        }
    }

    @Test
    void aThreadDoesOnePartAtATime() {
        AtomicInteger[] busy = {new AtomicInteger(), new AtomicInteger(), new AtomicInteger()};
        try (WorkerPool workers = new WorkerPool(3)) {
            for (int job = 0; job < 2000; job++) {
                workers.run(
                        (part, thread) -> {
                            assertEquals(1, busy[thread].incrementAndGet(), "thread " + thread);
                            busy[thread].decrementAndGet();
                        },
                        12);
            }
        }
    }

    /** All parts wait for each other, so each needs a thread, even a parked one. */
    @Test
    void threadsThatParkedAreWoken() {
        try (WorkerPool workers = new WorkerPool(3)) {
            for (int job = 0; job < 50; job++) {
                LockSupport.parkNanos(2_000_000);
                Set<Thread> threads = together(workers, 3);
                assertEquals(3, threads.size());
                assertTrue(threads.contains(Thread.currentThread()));
            }
        }
    }

    private static Set<Thread> together(WorkerPool workers, int count) {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        workers.run(
                (part, thread) -> {
                    String name = Thread.currentThread().getName();
                    assertTrue(thread == 0 || name.equals("spikelane-" + thread), name + " is " + thread);
                    threads.add(Thread.currentThread());
                    while (threads.size() < count) {
                        Thread.yield();
                    }
                },
                count);
        return threads;
    }

    @Test
    void aCallerThatWaitsLongIsWoken() {
        AtomicInteger runs = new AtomicInteger();
        try (WorkerPool workers = new WorkerPool(3)) {
            for (int job = 0; job < 20; job++) {
                workers.run(
                        (part, thread) -> {
                            LockSupport.parkNanos(thread * 2_000_000L);
                            runs.incrementAndGet();
                        },
                        6);
            }
        }
        assertEquals(120, runs.get());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5})
    void whatAPartThrowsReachesTheCallerAfterAllParts(int thrower) {
        AtomicInteger runs = new AtomicInteger();
        IllegalStateException failure = new IllegalStateException("broken");
        try (WorkerPool workers = new WorkerPool(3)) {
            for (int job = 1; job <= 500; job++) {
                assertSame(
                        failure,
                        assertThrows(
                                IllegalStateException.class,
                                () -> workers.run(
                                        (part, thread) -> {
                                            runs.incrementAndGet();
                                            if (part == thrower) {
                                                throw failure;
                                            }
                                        },
                                        6)));
                assertEquals(12 * job - 6, runs.get());
                workers.run((part, thread) -> runs.incrementAndGet(), 6);
                assertEquals(12 * job, runs.get());
            }
        }
    }

    /** The first part fails last. */
    @Test
    void theFirstOfThePartsThatFailIsNamed() {
        try (WorkerPool workers = new WorkerPool(2)) {
            for (int job = 0; job < 50; job++) {
                CountDownLatch others = new CountDownLatch(3);
                assertIllegalState(
                        "part 0",
                        () -> workers.run(
                                (part, thread) -> {
                                    if (part == 0) {
                                        awaitQuietly(others);
                                    }
                                    others.countDown();
                                    throw new IllegalStateException("part " + part);
                                },
                                4));
            }
        }
    }

    @Test
    void errorsReachTheCallerToo() {
        StackOverflowError failure = new StackOverflowError("deep");
        try (WorkerPool workers = new WorkerPool(2)) {
            assertSame(
                    failure,
                    assertThrows(
                            StackOverflowError.class,
                            () -> workers.run(
                                    (part, thread) -> {
                                        if (part == 1) {
                                            throw failure;
                                        }
                                    },
                                    2)));
        }
    }

    @Test
    void closingEndsTheThreads() throws InterruptedException {
        WorkerPool workers = new WorkerPool(4);
        Set<Thread> threads = together(workers, 4);
        workers.close();
        workers.close();
        for (Thread thread : threads) {
            if (thread != Thread.currentThread()) {
                thread.join(100_000);
                assertFalse(thread.isAlive(), thread.getName());
            }
        }
    }
}

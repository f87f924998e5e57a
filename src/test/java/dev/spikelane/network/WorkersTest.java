package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class WorkersTest {

    /** Jobs so short that threads meet in every order; plain writes of a part must be seen after the job. */
    @ParameterizedTest
    @CsvSource({"1, 20000", "2, 10000", "3, 5000", "4, 5000"})
    void everyPartRunsOnceInEachOfManyTinyJobs(int threads, int jobs) {
        int[] runs = new int[threads * 32];
        try (Workers workers = new Workers(threads)) {
            assertEquals(threads, workers.threads());
            for (int job = 1; job <= jobs; job++) {
                workers.run(part -> runs[part * 32]++);
                for (int part = 0; part < threads; part++) {
                    assertEquals(job, runs[part * 32], "part " + part);
                }
            }
        }
    }

    @Test
    void threadsThatParkedAreWoken() {
        AtomicInteger runs = new AtomicInteger();
        try (Workers workers = new Workers(3)) {
            for (int job = 0; job < 50; job++) {
                LockSupport.parkNanos(2_000_000);
                workers.run(part -> runs.incrementAndGet());
            }
        }
        assertEquals(150, runs.get());
    }

    @Test
    void aCallerThatWaitsLongIsWoken() {
        AtomicInteger runs = new AtomicInteger();
        try (Workers workers = new Workers(3)) {
            for (int job = 0; job < 20; job++) {
                workers.run(part -> {
                    LockSupport.parkNanos(part * 2_000_000L);
                    runs.incrementAndGet();
                });
            }
        }
        assertEquals(60, runs.get());
    }

    @Test
    void theFirstPartRunsOnTheCaller() {
        Thread[] threads = new Thread[3];
        try (Workers workers = new Workers(3)) {
            workers.run(part -> threads[part] = Thread.currentThread());
        }
        assertSame(Thread.currentThread(), threads[0]);
        assertEquals("spikelane-1", threads[1].getName());
        assertEquals("spikelane-2", threads[2].getName());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void whatAPartThrowsReachesTheCallerAfterAllParts(int thrower) {
        AtomicIntegerArray runs = new AtomicIntegerArray(3);
        IllegalStateException failure = new IllegalStateException("broken");
        try (Workers workers = new Workers(3)) {
            for (int job = 1; job <= 200; job++) {
                assertSame(
                        failure,
                        assertThrows(
                                IllegalStateException.class,
                                () -> workers.run(part -> {
                                    runs.incrementAndGet(part);
                                    if (part == thrower) {
                                        throw failure;
                                    }
                                })));
                workers.run(runs::incrementAndGet);
                for (int part = 0; part < 3; part++) {
                    assertEquals(2 * job, runs.get(part));
                }
            }
        }
    }

    @Test
    void errorsReachTheCallerToo() {
        StackOverflowError failure = new StackOverflowError("deep");
        try (Workers workers = new Workers(2)) {
            assertSame(
                    failure,
                    assertThrows(
                            StackOverflowError.class,
                            () -> workers.run(part -> {
                                if (part == 1) {
                                    throw failure;
                                }
                            })));
        }
    }

    @Test
    void closingEndsTheThreads() throws InterruptedException {
        Thread[] threads = new Thread[4];
        Workers workers = new Workers(4);
        workers.run(part -> threads[part] = Thread.currentThread());
        workers.close();
        workers.close();
        for (int part = 1; part < 4; part++) {
            threads[part].join(10_000);
            assertFalse(threads[part].isAlive(), threads[part].getName());
        }
    }
}

package dev.spikelane.engine.thread;

import static dev.spikelane.Failures.assertIllegalState;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Waiting changes and calls make progress, even if threads wait, give up or are interrupted. */
@Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
final class UseLocksTest {

    private static final String RUNS = "weights cannot change while a simulation of this network runs";
    private static final Duration LONG = Duration.ofSeconds(50);

    private final UseLocks turns = new UseLocks();
    private final ValueGuard guard = new ValueGuard(turns);
    private final RunLock turn = turn();
    private final List<String> order = Collections.synchronizedList(new ArrayList<>());
    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());

    private RunLock turn() {
        RunLock made = new RunLock("simulation", turns);
        turns.register(made);
        return made;
    }

    private Thread start(Runnable work) {
        return Thread.ofPlatform().daemon().start(() -> {
            try {
                work.run();
            } catch (RuntimeException | Error failure) {
                failures.add(failure);
            }
        });
    }

    /** Starts a thread, and returns once it waits. */
    private Thread startToWait(Runnable work) {
        Thread thread = start(work);
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            assertTrue(thread.isAlive(), failures.toString());
            Thread.yield();
        }
        return thread;
    }

    private void call(String name) {
        turn.take();
        order.add(name);
        turn.close();
    }

    private Thread change(String name) {
        return startToWait(() -> guard.change(
                () -> {
                    pause(2);
                    order.add(name);
                },
                LONG));
    }

    private static void pause(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** A call after a change precedes the next change; without this rule, rounds were lost. */
    @Test
    void changesAndCallsTakeTurns() throws InterruptedException {
        for (int round = 0; round < 30; round++) {
            order.clear();
            turn.take();
            List<Thread> waiting =
                    List.of(change("first"), startToWait(() -> call("call")), change("second"), change("third"));
            turn.close();
            for (Thread thread : waiting) {
                thread.join();
            }
            assertEquals(List.of("first", "call", "second", "third"), order);
        }
        assertEquals(List.of(), failures);
    }

    /** The change waits for the outer call; the inner call concerns an idle object. */
    @Test
    void aCallWithinACallDoesNotWait() throws InterruptedException {
        RunLock inner = turn();
        turn.take();
        Thread change = change("change");
        inner.take();
        inner.close();
        order.add("call");
        turn.close();
        change.join();
        assertEquals(List.of("call", "change"), order);
    }

    @Test
    void aThreadDoesNotWaitForItself() {
        turn.take();
        assertRefused(", and this thread runs one", LONG);
        turn.close();
        guard.change(() -> assertRefused(", and this thread runs one", LONG));
    }

    private void assertRefused(String why, Duration most) {
        long version = guard.version();
        assertIllegalState(RUNS + why, () -> guard.change(() -> order.add("changed"), most));
        assertEquals(version, guard.version());
        assertFalse(order.contains("changed"));
    }

    @Test
    void whoGivesUpHoldsNobodyUp() throws InterruptedException {
        turn.take();
        Thread giving = start(() -> assertRefused(", and this waited 30 ms", Duration.ofMillis(30)));
        Thread last = change("change");
        giving.join();
        turn.close();
        last.join();
        call("call");
        assertEquals(List.of("change", "call"), order);
        assertEquals(List.of(), failures);
        start(() -> guard.change(() -> order.add("idle"), Duration.ZERO)).join();
        assertEquals(List.of("change", "call", "idle"), order);
    }

    @Test
    void aWaitEndsWhenItsThreadIsInterrupted() throws InterruptedException {
        turn.take();
        Thread interrupted = startToWait(() -> {
            assertRefused(", and this thread was interrupted while it waited", LONG);
            assertTrue(Thread.interrupted());
        });
        Thread caller = startToWait(() -> {
            call("call");
            assertTrue(Thread.interrupted());
        });
        caller.interrupt(); // a call waits
        pause(5);
        assertTrue(caller.isAlive());
        interrupted.interrupt();
        interrupted.join();
        turn.close();
        caller.join();
        assertTrue(failures.isEmpty() || failures.getFirst().getMessage().contains("busy"), failures.toString());
    }

    /**
     * Threads call, nest calls, change immediately, wait for changes, are interrupted and give up. No change falls into
     * a call, and all threads end.
     */
    @Test
    void anySequencesEnd() throws InterruptedException {
        for (int seed = 0; seed < 20; seed++) {
            List<RunLock> all = List.of(turn(), turn(), turn());
            AtomicInteger calls = new AtomicInteger();
            AtomicInteger done = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Random random = new Random(seed * 10 + i);
                threads.add(start(() -> {
                    for (int j = 0; j < 150; j++) {
                        act(random, all, calls, done);
                    }
                }));
            }
            Random random = new Random(seed);
            while (threads.stream().anyMatch(Thread::isAlive)) {
                threads.get(random.nextInt(threads.size())).interrupt();
                pause(1);
            }
            assertEquals(List.of(), failures, "seed " + seed);
            assertTrue(done.get() > 0);
            assertEquals(0, calls.get());
        }
    }

    private void act(Random random, List<RunLock> all, AtomicInteger calls, AtomicInteger done) {
        RunLock own = all.get(random.nextInt(all.size()));
        Runnable change = () -> {
            assertEquals(0, calls.get(), "a change while a call is under way");
            done.incrementAndGet();
        };
        Duration most = Duration.ofNanos(random.nextInt(2) == 0 ? 0 : random.nextInt(2_000_000));
        try {
            switch (random.nextInt(4)) {
                case 0 -> guard.change(change);
                case 1 -> guard.change(change, most);
                default -> {
                    own.take();
                    calls.incrementAndGet();
                    try {
                        if (random.nextInt(3) == 0) {
                            act(random, all, calls, done);
                        }
                    } finally {
                        calls.decrementAndGet();
                        own.close();
                    }
                }
            }
        } catch (IllegalStateException refused) {
            String declared = refused.getMessage();
            assertTrue(declared.startsWith(RUNS) || declared.startsWith("simulation is busy"), declared);
        }
    }
}

package dev.spikelane.engine.thread;

import dev.spikelane.connection.operator.Rounds;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads, including the calling one, that share the parts of one job at a time. Starting a job
 * allocates nothing.
 *
 * <p>Each thread starts in its own range of parts, the same range in every job of as many parts, so that a core's
 * caches keep the weights of its parts. A thread that finishes early takes parts from the end of other ranges. So a job
 * never waits for a thread that the system has not woken or has suspended. Idle threads spin for a while, then park.
 */
public final class WorkerPool implements AutoCloseable {

    /** A job whose parts may run at the same time. */
    public interface Job {

        /** Runs a part on one of the threads, counted from 0. */
        void run(int part, int thread);
    }

    /** Most threads of a pool. */
    public static final int MOST = 1_024;

    /**
     * Polls before parking: about 250 microseconds, longer than one thread works between two stages. Waking a thread
     * takes about 50 microseconds, a seventh of the time of a batch of 128 (Zen 5, 2026-11).
     */
    private static final int LOOKS = 1_200;

    /**
     * Polls, about 10 microseconds, after which a thread yields between polls: it may hold the core that the thread it
     * waits for needs. With two threads on two cores, while C2 compiles, runs of 0.45 ms have a p99 of 1.0 ms, and of
     * 2.9 ms without this (Emerald Rapids, 2026-11).
     */
    private static final int PATIENCE = 500;

    /**
     * Nanoseconds. A yield that took longer means that the thread shares its core. It then parks, because only a woken
     * thread moves to an idle core at once. Without this, two threads of a pool with no pause between jobs stay on one
     * core, for up to 150 ms beside an idle one (Linux 6.18, Emerald Rapids, 2026-12).
     */
    private static final long SHARED = 20_000;

    /** Bits of a part's number; the rest of a range's word is the number of the job. */
    private static final int PART_BITS = 22;

    private static final int MOST_PARTS = (1 << PART_BITS) - 1;

    /** Words between two ranges: two cache lines, which CPUs fetch together. */
    private static final int RANGE = 16;

    /** The job between two jobs: waiting threads must not keep their last job reachable. */
    private static final Job NOTHING = (part, thread) -> {};

    private static final Rounds NO_ROUNDS = new Rounds() {};

    private final Helper[] helpers;
    private final int threads;
    /**
     * Remaining parts of each thread's range: the job's number, the first part, and the part after the last. A thread
     * takes a part only from the job whose number it has read.
     */
    private final AtomicLongArray ranges;

    /** Incremented once all ranges of a job are set. */
    private volatile long round;

    private final AtomicInteger unfinished = new AtomicInteger();
    /** Failure of the first failed part in the order of the parts: it does not depend on the number of threads. */
    private @Nullable Throwable thrown;

    private int failed;
    private volatile boolean closed;
    private volatile Thread caller = Thread.currentThread();
    private volatile Job job = NOTHING;
    private Rounds rounds = NO_ROUNDS;
    private final Job ofRounds = this::runOfRound;

    /** Creates a pool with this number of threads, including the calling one. */
    public WorkerPool(int threads) {
        this(threads, threads - 1);
    }

    private WorkerPool(int threads, int helping) {
        this.threads = threads;
        ranges = new AtomicLongArray(threads * RANGE);
        helpers = new Helper[helping];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(i + 1);
        }
        try {
            for (Helper helper : helpers) {
                helper.start();
            }
        } catch (OutOfMemoryError noMoreThreads) {
            close();
            throw noMoreThreads;
        }
    }

    /**
     * Creates a pool that starts no thread. The calling thread runs the parts of each thread in turn, so that the
     * memory they allocate is the same in every run.
     */
    public static WorkerPool inTurns(int threads) {
        return new WorkerPool(threads, 0);
    }

    /** Returns the number of threads. */
    public int threads() {
        return threads;
    }

    /** Runs all parts and returns when the last is done; rethrows the failure of the first failed part. */
    public void run(Job next, int count) {
        if (count > MOST_PARTS) {
            throw new IllegalArgumentException("a job has " + count + " parts, expected at most " + MOST_PARTS);
        }
        if (helpers.length == 0) {
            for (int part = 0; part < count; part++) {
                next.run(part, part % threads);
            }
            return;
        }
        long thisRound = round + 1;
        caller = Thread.currentThread();
        unfinished.set(count);
        job = next;
        // The ranges of the last job are empty: a thread that sees a range of this job early may take its parts.
        for (int thread = 0; thread < threads(); thread++) {
            long first = Math.ceilDiv((long) count * thread, threads());
            long end = Math.ceilDiv((long) count * (thread + 1), threads());
            ranges.set(thread * RANGE, (thisRound << PART_BITS | first) << PART_BITS | end);
        }
        round = thisRound;
        for (Helper helper : helpers) {
            if (helper.parked) {
                LockSupport.unpark(helper);
            }
        }
        takeParts(0);
        for (int looks = 0; unfinished.get() != 0; looks++) {
            if (looks < LOOKS) {
                looks = pause(looks);
            } else {
                LockSupport.park(this);
            }
        }
        job = NOTHING;
        Throwable failure = thrown;
        thrown = null;
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }

    /**
     * Pauses after this number of polls; returns the number that makes it park if another thread had the core
     * meanwhile.
     */
    @SuppressWarnings("ThreadPriorityCheck") // the scheduler decides only how long others wait
    private static int pause(int looks) {
        if (looks < PATIENCE) {
            Thread.onSpinWait();
            return looks;
        }
        long before = System.nanoTime();
        Thread.yield();
        return System.nanoTime() - before > SHARED ? LOOKS : looks;
    }

    /** Runs all rounds. */
    public void run(Rounds next) {
        rounds = next;
        for (int parts = next.parts(); parts > 0; parts = next.parts()) {
            run(ofRounds, parts);
        }
        rounds = NO_ROUNDS;
    }

    private void runOfRound(int part, int thread) {
        rounds.run(part, thread);
    }

    /** Runs all parts, on the calling thread alone or shared. */
    public void run(Job next, int count, boolean share) {
        if (share) {
            run(next, count);
            return;
        }
        for (int part = 0; part < count; part++) {
            next.run(part, 0);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Helper helper : helpers) {
            LockSupport.unpark(helper);
        }
    }

    /** Takes the parts of a thread's own range from its start, then parts of other ranges from their end. */
    private void takeParts(int thread) {
        takeParts(thread, thread);
        for (int i = 1; i < threads(); i++) {
            takeParts(thread, (thread + i) % threads());
        }
    }

    private void takeParts(int thread, int owner) {
        int range = owner * RANGE;
        while (true) {
            long seen = ranges.get(range);
            int first = (int) (seen >>> PART_BITS) & MOST_PARTS;
            int end = (int) seen & MOST_PARTS;
            if (first >= end) {
                return;
            }
            boolean own = thread == owner;
            if (ranges.compareAndSet(range, seen, own ? seen + (1L << PART_BITS) : seen - 1)) {
                run(own ? first : end - 1, thread);
            }
        }
    }

    private void run(int part, int thread) {
        try {
            job.run(part, thread);
        } catch (Throwable failure) {
            keep(part, failure);
        }
        if (unfinished.decrementAndGet() == 0 && thread != 0) {
            LockSupport.unpark(caller);
        }
    }

    /** Allocates nothing, as memory may be exhausted. */
    private synchronized void keep(int part, Throwable failure) {
        if (thrown == null || part < failed) {
            thrown = failure;
            failed = part;
        }
    }

    private final class Helper extends Thread {

        private final int number;
        private volatile boolean parked;
        /** True if another thread had the core at this thread's last yield: it parks after the next job then. */
        private boolean shares;

        Helper(int number) {
            super("spikelane-" + number);
            this.number = number;
            setDaemon(true);
        }

        @Override
        public void run() {
            long seen = 0;
            while (await(seen)) {
                seen = round;
                takeParts(number);
            }
        }

        /** Waits for another round than {@code seen}; returns false once closed. */
        private boolean await(long seen) {
            for (int looks = shares ? LOOKS : 0; round == seen; looks++) {
                if (closed) {
                    return false;
                }
                if (looks < LOOKS) {
                    looks = pause(looks);
                    shares = looks == LOOKS;
                } else {
                    shares = false;
                    parked = true;
                    if (round == seen && !closed) {
                        LockSupport.park(WorkerPool.this);
                    }
                    parked = false;
                }
            }
            return true;
        }
    }
}

package dev.spikelane.engine.thread;

import dev.spikelane.connection.operator.Rounds;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads, the calling one among them, that share the parts of one job at a time. Starting a job
 * allocates nothing.
 *
 * <p>Each thread starts in a range of parts of its own, the same in every job of as many parts, so that a core's caches
 * keep the weights of its parts. A thread that finishes early takes parts of others from their end, so the job never
 * waits for a thread that the system has not woken or has put aside; idle threads spin for a while, then park.
 */
public final class WorkerPool implements AutoCloseable {

    /** A job whose parts may run at the same time. */
    public interface Job {

        /** Does a part, on one of the threads, counted from 0. */
        void run(int part, int thread);
    }

    /** The most threads. */
    public static final int MOST = 1_024;

    /**
     * Looks before parking: some 250 microseconds, longer than one thread works between two stages. Waking a thread
     * takes some 50 of them, a seventh of the time of a batch of 128 (Zen 5, 2026-11).
     */
    private static final int LOOKS = 1_200;

    /**
     * Looks, some 10 microseconds, behind which a thread gives way between two: it may hold the core that the one it
     * waits for needs. With two threads on two cores, while C2 compiles, runs of 0.45 ms have a p99 of 1.0 ms, 2.9
     * without (Emerald Rapids, 2026-11).
     */
    private static final int PATIENCE = 500;

    /**
     * Nanoseconds: what gave way for longer shares its core, and parks, as only a thread that is woken comes to an idle
     * one at once. Else two threads of a pool with no pause between jobs stay on one core, for up to 150 ms beside an
     * idle one (Linux 6.18, Emerald Rapids, 2026-12).
     */
    private static final long SHARED = 20_000;

    /** Bits of a part's number; the rest of a range's word is the round. */
    private static final int PART_BITS = 22;

    private static final int MOST_PARTS = (1 << PART_BITS) - 1;

    /** Words from one range to the next: two cache lines, which CPUs fetch together. */
    private static final int RANGE = 16;

    /** The job between two jobs: threads that wait must not keep their last job. */
    private static final Job NOTHING = (part, thread) -> {};

    private static final Rounds NO_ROUNDS = new Rounds() {};

    private final Helper[] helpers;
    private final int threads;
    /**
     * For each thread the parts left of its range: the round, the first part and the one behind the last. A part is
     * taken only from the round that was read.
     */
    private final AtomicLongArray ranges;

    /** Raised once all ranges of a job are set. */
    private volatile long round;

    private final AtomicInteger unfinished = new AtomicInteger();
    /** The failure of the first part that failed, in the order of the parts: the same with any number of threads. */
    private @Nullable Throwable thrown;

    private int failed;
    private volatile boolean closed;
    private volatile Thread caller = Thread.currentThread();
    private volatile Job job = NOTHING;
    private Rounds rounds = NO_ROUNDS;
    private final Job ofRounds = this::runOfRound;

    /** Starts threads, the calling one among them. */
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
     * Makes a pool that starts no thread: the calling one does a part for each of them in turn, so that the memory that
     * they take on the way is the same in every run.
     */
    public static WorkerPool inTurns(int threads) {
        return new WorkerPool(threads, 0);
    }

    /** Returns the number of threads. */
    public int threads() {
        return threads;
    }

    /** Does all parts and returns when the last is done; rethrows the failure of the first part that failed. */
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
        // The ranges of the last job are empty: a thread that sees one of this job's early may take its parts.
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

    /** Pauses behind so many looks; returns as many as it takes to park if another thread had the core meanwhile. */
    @SuppressWarnings("ThreadPriorityCheck") // the scheduler decides how long others wait, and nothing else
    private static int pause(int looks) {
        if (looks < PATIENCE) {
            Thread.onSpinWait();
            return looks;
        }
        long before = System.nanoTime();
        Thread.yield();
        return System.nanoTime() - before > SHARED ? LOOKS : looks;
    }

    /** Does all rounds. */
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

    /** Does all parts, on the calling thread alone or shared. */
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

    /** Takes the parts of a thread's own range from its start, then those of the others from their end. */
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

    /** Allocates nothing, as there may be no memory. */
    private synchronized void keep(int part, Throwable failure) {
        if (thrown == null || part < failed) {
            thrown = failure;
            failed = part;
        }
    }

    private final class Helper extends Thread {

        private final int number;
        private volatile boolean parked;
        /** Whether another thread had the core when this one gave way last: it parks behind the next job then. */
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

        /** Waits for another round than {@code seen}; false once closed. */
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

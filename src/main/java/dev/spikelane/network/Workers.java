package dev.spikelane.network;

import dev.spikelane.layout.Crew;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads, the calling one among them, that share the parts of one job at a time. Starting a job allocates nothing.
 *
 * <p>Whoever is free takes the next part, so the job never waits for a thread that the system has not woken or has put aside; idle
 * threads spin for some microseconds, then park.
 */
final class Workers implements Crew {

    /** The most threads. */
    static final int MOST = 1_024;

    /** Spins before parking: some 50 microseconds, longer than the gap between two layers. */
    private static final int SPINS = 2_000;

    private static final int ROUND_SHIFT = 32;
    private static final long NONE_LEFT = Integer.MAX_VALUE;

    /** The job between two jobs: threads that wait must not keep what they worked for. */
    private static final Job NOTHING = (part, thread) -> {};

    private final Helper[] helpers;
    /** The round in the high half, the parts taken in the low half: a part is taken only from the round that was read. */
    private final AtomicLong taken = new AtomicLong();

    private final AtomicInteger unfinished = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    private volatile boolean closed;
    private volatile Thread caller = Thread.currentThread();
    private volatile Job job = NOTHING;
    private volatile int parts;

    Workers(int threads) {
        helpers = new Helper[threads - 1];
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

    @Override
    public int threads() {
        return helpers.length + 1;
    }

    @Override
    public void run(Job next, int count) {
        long round = round(taken.get());
        // A late thread that has read the last round's value must not take a part with the next one's number of parts.
        taken.set(round << ROUND_SHIFT | NONE_LEFT);
        caller = Thread.currentThread();
        unfinished.set(count);
        job = next;
        parts = count;
        taken.set(round + 1 << ROUND_SHIFT);
        for (Helper helper : helpers) {
            if (helper.parked) {
                LockSupport.unpark(helper);
            }
        }
        takeParts(0);
        for (int spins = 0; unfinished.get() != 0; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        job = NOTHING;
        Throwable failure = thrown.getAndSet(null);
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Helper helper : helpers) {
            LockSupport.unpark(helper);
        }
    }

    private void takeParts(int thread) {
        while (true) {
            long seen = taken.get();
            int part = (int) seen;
            if (part >= parts) {
                return;
            }
            if (taken.compareAndSet(seen, seen + 1)) {
                try {
                    job.run(part, thread);
                } catch (Throwable failure) {
                    thrown.compareAndSet(null, failure);
                }
                if (unfinished.decrementAndGet() == 0 && thread != 0) {
                    LockSupport.unpark(caller);
                }
            }
        }
    }

    private static long round(long taken) {
        return taken >>> ROUND_SHIFT;
    }

    private final class Helper extends Thread {

        private final int number;
        private volatile boolean parked;

        Helper(int number) {
            super("spikelane-" + number);
            this.number = number;
            setDaemon(true);
        }

        @Override
        public void run() {
            long seen = 0;
            while (await(seen)) {
                seen = round(taken.get());
                takeParts(number);
            }
        }

        /** Waits for another round than {@code seen}; false once closed. */
        private boolean await(long seen) {
            for (int spins = 0; round(taken.get()) == seen; spins++) {
                if (closed) {
                    return false;
                }
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    parked = true;
                    if (round(taken.get()) == seen && !closed) {
                        LockSupport.park(Workers.this);
                    }
                    parked = false;
                }
            }
            return true;
        }
    }
}

package dev.spikelane.network;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that do the parts of one job at a time, the calling thread the first part. Starting a job allocates nothing:
 * idle threads spin for some microseconds, then park.
 */
final class Workers implements AutoCloseable {

    /** A job whose parts may run at the same time. */
    interface Job {
        void run(int part);
    }

    /** Spins before parking: some 50 microseconds, longer than the gap between two layers. */
    private static final int SPINS = 2_000;

    /** The most threads. */
    static final int MOST = 1_024;

    private final Helper[] helpers;
    private final AtomicInteger unfinished = new AtomicInteger();
    private final AtomicInteger round = new AtomicInteger();
    private volatile boolean closed;
    private volatile Thread caller = Thread.currentThread();
    private Job job = part -> {};

    Workers(int threads) {
        helpers = new Helper[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(i + 1);
            helpers[i].start();
        }
    }

    /** Parts of a job. */
    int threads() {
        return helpers.length + 1;
    }

    /** Does all parts and returns when the last is done; rethrows what a part threw. */
    void run(Job next) {
        for (Helper helper : helpers) {
            helper.thrown = null;
        }
        job = next;
        caller = Thread.currentThread();
        unfinished.set(helpers.length);
        round.incrementAndGet(); // publishes the job
        for (Helper helper : helpers) {
            if (helper.parked) {
                LockSupport.unpark(helper);
            }
        }
        try {
            next.run(0);
        } finally {
            for (int spins = 0; unfinished.get() != 0; spins++) {
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
        }
        for (Helper helper : helpers) {
            helper.rethrow();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Helper helper : helpers) {
            LockSupport.unpark(helper);
        }
    }

    private final class Helper extends Thread {

        private final int part;
        private volatile boolean parked;
        private @Nullable Throwable thrown;

        Helper(int part) {
            super("spikelane-" + part);
            this.part = part;
            setDaemon(true);
        }

        @Override
        public void run() {
            int seen = 0;
            while (await(seen)) {
                seen++;
                try {
                    job.run(part);
                } catch (Throwable failure) {
                    thrown = failure;
                }
                if (unfinished.decrementAndGet() == 0) {
                    LockSupport.unpark(caller);
                }
            }
        }

        /** Waits for a round after {@code seen}; false once closed. */
        private boolean await(int seen) {
            for (int spins = 0; round.get() == seen; spins++) {
                if (closed) {
                    return false;
                }
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    parked = true;
                    if (round.get() == seen && !closed) {
                        LockSupport.park(Workers.this);
                    }
                    parked = false;
                }
            }
            return true;
        }

        private void rethrow() {
            if (thrown instanceof RuntimeException exception) {
                throw exception;
            }
            if (thrown instanceof Error error) {
                throw error;
            }
        }
    }
}

package dev.spikelane.session;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Flushes a pool at intervals, on a thread that ends with the pool. */
final class SessionFlusher {

    private static final System.Logger LOG = System.getLogger("dev.spikelane");

    private final SessionPool pool;
    private final Duration interval;
    private final CountDownLatch closed = new CountDownLatch(1);
    /** Logged failures: each is logged once. */
    private final Set<String> logged = new HashSet<>();

    /** Starts a thread, unless the interval is 0. */
    SessionFlusher(SessionPool pool, Duration interval) {
        this.pool = pool;
        this.interval = interval;
        if (!interval.isZero()) {
            Thread.ofPlatform().daemon().name("spikelane-flush").start(this::flushUntilClosed);
        }
    }

    private void flushUntilClosed() {
        try {
            while (!closed.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
                flush();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void flush() {
        try {
            pool.flush();
        } catch (UncheckedIOException | IllegalStateException failure) {
            if (closed.getCount() > 0 && logged.add(String.valueOf(failure.getMessage()))) {
                LOG.log(System.Logger.Level.ERROR, "flush of sessions failed, the next flush tries again", failure);
            }
        }
    }

    void close() {
        closed.countDown();
    }
}

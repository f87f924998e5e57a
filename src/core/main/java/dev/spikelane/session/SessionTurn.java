package dev.spikelane.session;

import dev.spikelane.engine.thread.RunLock;
import dev.spikelane.engine.thread.UseLocks;
import java.lang.ref.Reference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Exclusive access to a pool: calls wait for each other, and weights change only between two of them. */
final class SessionTurn implements AutoCloseable {

    private final Object pool;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final RunLock use;
    private boolean ended;

    SessionTurn(Object pool, UseLocks ofNetwork) {
        this.pool = pool;
        this.use = new RunLock("session pool", ofNetwork);
        ofNetwork.register(use); // a wait for this lock keeps values constant between the parts of a step
    }

    /** Waits for exclusive access; throws if the pool is closed. */
    SessionTurn take() {
        SessionTurn taken = takeUnlessEnded();
        if (taken == null) {
            throw new IllegalStateException("session pool is closed");
        }
        return taken;
    }

    /** Waits for exclusive access; returns null if the pool is closed. */
    @Nullable
    SessionTurn takeUnlessEnded() {
        lock.lock();
        try {
            if (!ended) {
                use.take();
                return this;
            }
        } catch (RuntimeException | Error refused) {
            lock.unlock();
            throw refused;
        }
        lock.unlock();
        return null;
    }

    /** Throws if this thread has exclusive access: it must not wait for another thread that needs it. */
    void requireNone() {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("session pool is busy: a metrics listener or a store cannot close it,"
                    + " evict, flush or restore");
        }
    }

    /**
     * Returns true after the pool is closed. The caller holds the lock of background writes, as {@code close} does.
     */
    boolean isEnded() {
        return ended;
    }

    /** Refuses all later access. */
    void end() {
        ended = true;
    }

    @Override
    public void close() {
        try {
            use.close();
            lock.unlock();
        } finally {
            Reference.reachabilityFence(pool); // a cleaner must not free runs that are in use
        }
    }
}

package dev.spikelane.session;

import dev.spikelane.engine.thread.RunLock;
import dev.spikelane.engine.thread.UseLocks;
import java.lang.ref.Reference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The turn of a call of a pool: calls wait for each other, and weights change between two of them. */
final class SessionTurn implements AutoCloseable {

    private final Object pool;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final RunLock use;
    private boolean ended;

    SessionTurn(Object pool, UseLocks ofNetwork) {
        this.pool = pool;
        this.use = new RunLock("session pool", ofNetwork);
        ofNetwork.register(use); // values do not change between the parts of a step
    }

    /** Waits for the turn, and throws behind the last one. */
    SessionTurn take() {
        SessionTurn taken = takeUnlessEnded();
        if (taken == null) {
            throw new IllegalStateException("session pool is closed");
        }
        return taken;
    }

    /** Waits for the turn; null behind the last one. */
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

    /** Throws where this thread has the turn: whoever waits for others then keeps them waiting. */
    void requireNone() {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("session pool is busy: its metrics and its store cannot close it, nor"
                    + " evict, flush or restore");
        }
    }

    /** Returns true after the last turn. The caller holds the lock of writers, as the last turn does. */
    boolean isEnded() {
        return ended;
    }

    /** No other turn follows this one. */
    void end() {
        ended = true;
    }

    @Override
    public void close() {
        try {
            use.close();
            lock.unlock();
        } finally {
            Reference.reachabilityFence(pool); // a cleaner frees forgotten runs, but none that is at work
        }
    }
}

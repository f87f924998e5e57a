package dev.spikelane.engine.thread;

import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A lock on an object that is used by a call or by a change of the values that it reads. A second call is refused
 * during a call, and waits during a change. Refusal holds for other threads and for observers called within the call: a
 * waiting thread would hang, and a waiting observer would wait for itself. Nothing is allocated, unless a change waits.
 */
public final class RunLock implements AutoCloseable {

    private static final int NOBODY = 0;
    private static final int CALL = 1;
    private static final int CHANGE = 2;

    private final AtomicInteger user = new AtomicInteger(NOBODY);
    private final String busy;
    private final UseLocks all;
    /** Stays reachable during a call, so that its cleaner does not free memory that the call uses. */
    private final @Nullable Object owner;
    /** The thread that holds the lock; each thread only compares it with itself. */
    private @Nullable Thread thread;

    /**
     * Creates a free lock of an object that does not compute with a network's values.
     *
     * @param name name of the owner in messages
     * @param owner the object, used by one call at a time
     */
    public RunLock(String name, Object owner) {
        this(name, new UseLocks(), owner);
    }

    /**
     * Creates a free lock.
     *
     * @param name the name of the object in messages
     * @param all the locks of calls that compute with the same values; their changes wait for these calls once the lock
     *     is {@linkplain UseLocks#register registered}
     */
    public RunLock(String name, UseLocks all) {
        this(name, all, null);
    }

    private RunLock(String name, UseLocks all, @Nullable Object owner) {
        this.all = all;
        this.owner = owner;
        busy = name + " is busy: it is used by one thread at a time, and not by its observers";
    }

    /**
     * Begins a call, after the end of a change that is under way.
     *
     * @return this lock, which ends the call when it is closed
     * @throws IllegalStateException if a call is under way, or this thread is changing values
     */
    public RunLock take() {
        boolean waited = all.letChangeGo();
        try {
            if (!begin(CALL)) {
                throw new IllegalStateException(busy);
            }
        } finally {
            if (waited) {
                all.began();
            }
        }
        return this;
    }

    /** Ends the call. */
    @Override
    public void close() {
        try {
            thread = null;
            user.set(NOBODY);
            all.ended();
        } finally {
            Reference.reachabilityFence(owner);
        }
    }

    /**
     * Begins a change of values, after any change under way. Returns false during a call or in this thread's own
     * change.
     */
    public boolean beginChange() {
        return begin(CHANGE);
    }

    /** Ends the change. */
    public void endChange() {
        synchronized (this) {
            thread = null;
            user.set(NOBODY);
            notifyAll();
        }
    }

    boolean isOfThisThread() {
        return thread == Thread.currentThread();
    }

    private boolean begin(int next) {
        boolean begun = user.compareAndSet(NOBODY, next) || await(next);
        if (begun) {
            thread = Thread.currentThread();
        }
        return begun;
    }

    /** Waits for the end of changes; an interrupt of this thread is restored afterwards. */
    private boolean await(int next) {
        boolean interrupted = false;
        boolean begun;
        synchronized (this) {
            begun = user.compareAndSet(NOBODY, next);
            while (!begun && user.get() != CALL && !isOfThisThread()) {
                if (user.get() == CHANGE) {
                    try {
                        wait();
                    } catch (InterruptedException later) {
                        interrupted = true;
                    }
                }
                begun = user.compareAndSet(NOBODY, next);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return begun;
    }
}

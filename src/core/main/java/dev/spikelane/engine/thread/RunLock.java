package dev.spikelane.engine.thread;

import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The user of an object: a call, beside which another one is refused, or a change of the values that it reads, for
 * whose end a call waits. Another thread and an observer that is called from within are refused alike: waiting would
 * hang the one and let the other wait for itself. Nothing is allocated, unless a change waits.
 */
public final class RunLock implements AutoCloseable {

    private static final int NOBODY = 0;
    private static final int CALL = 1;
    private static final int CHANGE = 2;

    private final AtomicInteger user = new AtomicInteger(NOBODY);
    private final String busy;
    private final UseLocks all;
    /** Stays reachable while a call is under way, so that its cleaner does not free memory that the call uses. */
    private final @Nullable Object owner;
    /** Whose turn it is; a thread looks for itself alone. */
    private @Nullable Thread thread;

    /**
     * Makes a free lock of an object that does not compute with a network's values.
     *
     * @param name of the owner, as messages call it
     * @param owner is used by one call at a time
     */
    public RunLock(String name, Object owner) {
        this(name, new UseLocks(), owner);
    }

    /**
     * Makes a turn that nobody has.
     *
     * @param name the name of the object in messages
     * @param all the turns of calls that compute with the same values, whose changes wait for calls once it is
     *     {@linkplain UseLocks#register registered}
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
     * Begins a call, after the change that is under way, or waits.
     *
     * @return this, which ends the call when it is closed
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

    /** Begins a change of values, after another one that is under way; false if a call is, or this thread has begun. */
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

    /** Waits until nobody changes values; an interrupt of this thread is kept for afterwards. */
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

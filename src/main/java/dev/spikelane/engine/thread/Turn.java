package dev.spikelane.engine.thread;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Who uses something: a call, beside which another one is refused, or a change of the values that it computes with, for
 * whose end a call waits. Another thread and an observer that is called from within are refused alike: waiting would
 * hang the one and let the other wait for itself. Nothing is allocated.
 */
public final class Turn {

    private static final int NOBODY = 0;
    private static final int CALL = 1;
    private static final int CHANGE = 2;

    private final AtomicInteger user = new AtomicInteger(NOBODY);
    private final String busy;
    private volatile @Nullable Thread changer;

    /**
     * Makes a turn that nobody has.
     *
     * @param name what is used, as messages call it
     */
    public Turn(String name) {
        busy = name + " is busy: it is used by one thread at a time, and not by its observers";
    }

    /**
     * Begins a call, after the change that is under way.
     *
     * @throws IllegalStateException if a call is under way, or this thread is changing values
     */
    public void take() {
        begin(CALL);
    }

    /** Ends the call. */
    public void end() {
        user.set(NOBODY);
    }

    /**
     * Begins a change of values, after another one that is under way.
     *
     * @throws IllegalStateException if a call is under way
     */
    public void beginChange() {
        begin(CHANGE);
        changer = Thread.currentThread();
    }

    /** Ends the change. */
    public void endChange() {
        synchronized (this) {
            changer = null;
            user.set(NOBODY);
            notifyAll();
        }
    }

    private void begin(int next) {
        if (!user.compareAndSet(NOBODY, next)) {
            await(next);
        }
    }

    /** Waits until nobody changes values; what wants to interrupt this thread can do so afterwards. */
    private void await(int next) {
        boolean interrupted = false;
        synchronized (this) {
            while (!user.compareAndSet(NOBODY, next)) {
                int now = user.get();
                if (now == CALL || changer == Thread.currentThread()) {
                    throw new IllegalStateException(busy);
                }
                if (now == CHANGE) {
                    try {
                        wait();
                    } catch (InterruptedException later) {
                        interrupted = true;
                    }
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

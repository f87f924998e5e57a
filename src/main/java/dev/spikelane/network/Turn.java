package dev.spikelane.network;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Who uses a simulation: a call, beside which another one is refused, or a change of the values that it computes with, for whose end a call waits.
 * Nothing is allocated.
 */
final class Turn {

    private static final int NOBODY = 0;
    private static final int CALL = 1;
    private static final int CHANGE = 2;

    private final AtomicInteger user = new AtomicInteger(NOBODY);
    private volatile @Nullable Thread changer;

    /**
     * Begins a call, after the change that is under way.
     *
     * @throws IllegalStateException if a call is under way, or this thread is changing values
     */
    void beginCall() {
        begin(CALL);
    }

    void endCall() {
        user.set(NOBODY);
    }

    /**
     * Begins a change of values, after another one that is under way.
     *
     * @throws IllegalStateException if a call is under way
     */
    void beginChange() {
        begin(CHANGE);
        changer = Thread.currentThread();
    }

    void endChange() {
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
                    throw new IllegalStateException(
                            "simulation is busy: it is used by one thread at a time, and not by its observers");
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

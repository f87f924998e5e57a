package dev.spikelane.layout;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets one thread use something at a time. Whoever comes meanwhile is told so, another thread and an observer that
 * is called from within alike: waiting would
 * hang the one and let the other wait for itself. Allocates nothing.
 */
public final class Turn {

    private final AtomicBoolean taken = new AtomicBoolean();
    private final String busy;

    /**
     * Makes a turn that nobody has.
     *
     * @param name what is used, as messages call it
     */
    public Turn(String name) {
        busy = name + " is busy: it is used by one thread at a time, and not by its observers";
    }

    /**
     * Takes the turn.
     *
     * @throws IllegalStateException if somebody has it
     */
    public void take() {
        if (!taken.compareAndSet(false, true)) {
            throw new IllegalStateException(busy);
        }
    }

    /** Gives the turn back. */
    public void end() {
        taken.set(false);
    }
}

package dev.spikelane.memory.limit;

/** Thrown if a request would exceed the memory limit. */
public final class LimitReached extends OutOfMemoryError {

    private static final long serialVersionUID = 1;

    LimitReached(String message) {
        super(message);
    }
}

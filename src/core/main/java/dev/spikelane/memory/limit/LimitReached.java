package dev.spikelane.memory.limit;

/** More memory was asked for than may be held. */
public final class LimitReached extends OutOfMemoryError {

    private static final long serialVersionUID = 1;

    LimitReached(String message) {
        super(message);
    }
}

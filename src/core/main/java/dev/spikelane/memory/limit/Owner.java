package dev.spikelane.memory.limit;

import java.util.concurrent.atomic.AtomicLong;

/** Kinds of objects that hold memory until they are closed or unreachable. */
public final class Owner {

    public static final Owner SIMULATION = new Owner("simulations");

    public static final Owner POOL = new Owner("session pools");

    /** A trainer with all its gradients, or gradients alone. */
    public static final Owner TRAINER = new Owner("trainers");

    private final String plural;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong open = new AtomicLong();

    private Owner(String plural) {
        this.plural = plural;
    }

    static long bytesOfAll() {
        return SIMULATION.bytes() + POOL.bytes() + TRAINER.bytes();
    }

    public long bytes() {
        return bytes.get();
    }

    /** Returns the number of open objects of this kind. */
    public long open() {
        return open.get();
    }

    void add(long more) {
        bytes.addAndGet(more);
    }

    void opened(int more) {
        open.addAndGet(more);
    }

    @Override
    public String toString() {
        return plural;
    }
}

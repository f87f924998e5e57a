package dev.spikelane.engine.thread;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Lets values change only while no thread reads them or computes with them, and counts the changes. A thread that reads
 * during a change sees all values from before it or all from after it. Readers, and runs that are held during a change,
 * see the number of their version.
 */
public final class ValueGuard {

    private static final String RUNS = "weights cannot change while a simulation of this network runs";

    private final UseLocks turns;
    private final BooleanSupplier hold;
    private final Runnable release;
    /** Fair: training changes values again and again, and would starve readers. */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

    private final AtomicLong version = new AtomicLong();

    /**
     * Creates a guard.
     *
     * @param turns locks of the calls for which a change may wait
     */
    public ValueGuard(UseLocks turns) {
        this(turns, turns::hold, turns::release);
    }

    /**
     * Creates a guard.
     *
     * @param turns locks of the calls for which a change may wait
     * @param hold blocks other computations with these values; false if one is under way
     * @param release unblocks them
     */
    public ValueGuard(UseLocks turns, BooleanSupplier hold, Runnable release) {
        this.turns = turns;
        this.hold = hold;
        this.release = release;
    }

    /** Reads several values, none of which changes meanwhile; the reader must not change any. */
    public <T> T read(Supplier<T> reader) {
        lock.readLock().lock();
        try {
            return reader.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Begins a change while no thread reads these values or computes with them; {@link #end} must follow if this
     * returns.
     *
     * @throws IllegalStateException if a computation with them is under way
     */
    public void begin() {
        lock.writeLock().lock();
        if (!hold()) {
            throw new IllegalStateException(RUNS);
        }
    }

    /**
     * Begins a change as soon as no thread reads these values or computes with them.
     *
     * @throws IllegalStateException if a computation lasts longer than {@code most}, runs in this thread, or this
     *     thread is interrupted
     */
    private void begin(Duration most) {
        long start = System.nanoTime();
        long nanoseconds = TimeUnit.NANOSECONDS.convert(most);
        try {
            if (!turns.await(() -> hold(nanoseconds - (System.nanoTime() - start)), nanoseconds)) {
                String why = turns.isInCall() ? "this thread runs one" : "this waited " + most.toMillis() + " ms";
                throw new IllegalStateException(RUNS + ", and " + why);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(RUNS + ", and this thread was interrupted while it waited", interrupted);
        }
    }

    private boolean hold(long nanoseconds) {
        try {
            return lock.writeLock().tryLock(nanoseconds, TimeUnit.NANOSECONDS) && hold();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt(); // the next wait sees it
            return false;
        }
    }

    /** Blocks other computations, or unlocks and returns false. */
    private boolean hold() {
        boolean held = false;
        try {
            held = hold.getAsBoolean();
        } finally {
            if (!held) {
                lock.writeLock().unlock();
            }
        }
        return held;
    }

    /** Counts the change and ends it, even if it failed: a training step may be half done. */
    public void end() {
        version.incrementAndGet();
        try {
            release.run();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Makes a change while no thread reads these values or computes with them, and counts it. */
    public void change(Runnable change) {
        begin();
        changeBegun(change);
    }

    /** Makes a change as soon as no thread reads these values or computes with them, and counts it. */
    public void change(Runnable change, Duration most) {
        begin(most);
        changeBegun(change);
    }

    private void changeBegun(Runnable change) {
        try {
            change.run();
        } finally {
            end();
        }
    }

    /** Makes a change for a caller that already blocks all computations with these values. */
    public void changeHeld(Runnable change) {
        lock.writeLock().lock();
        try {
            change.run();
        } finally {
            version.incrementAndGet();
            lock.writeLock().unlock();
        }
    }

    /** Returns a number that grows with every change. */
    public long version() {
        return version.get();
    }
}

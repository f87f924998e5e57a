package dev.spikelane.engine.thread;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Lets values change only while nobody reads them or computes with them, and counts the changes. Threads that read
 * while another one changes values see those before the change or those behind it. Readers, and runs that are held
 * while values change, see the number of the version that they have.
 */
public final class ValueGuard {

    private final Runnable hold;
    private final Runnable release;
    /** A fair one: training changes values again and again, and would keep readers waiting. */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

    private final AtomicLong version = new AtomicLong();

    /**
     * Guards values.
     *
     * @param hold keeps others from computing with them, or throws where somebody does
     * @param release lets them go on
     */
    public ValueGuard(Runnable hold, Runnable release) {
        this.hold = hold;
        this.release = release;
    }

    /** Reads several values, of which none changes meanwhile; the reader must not change any. */
    public <T> T read(Supplier<T> reader) {
        lock.readLock().lock();
        try {
            return reader.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Begins a change while nobody reads these values or computes with them; {@link #end} ends it if this returns. */
    public void begin() {
        lock.writeLock().lock();
        try {
            hold.run();
        } catch (RuntimeException | Error refused) {
            lock.writeLock().unlock();
            throw refused;
        }
    }

    /** Counts the change and ends it, also where it failed: a training step may have been half done. */
    public void end() {
        version.incrementAndGet();
        try {
            release.run();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Makes a change while nobody reads these values or computes with them, and counts it. */
    public void change(Runnable change) {
        begin();
        try {
            change.run();
        } finally {
            end();
        }
    }

    /** Makes a change for somebody who holds whatever computes with these values. */
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

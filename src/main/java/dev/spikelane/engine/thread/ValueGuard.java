package dev.spikelane.engine.thread;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets values change only while nobody reads them or computes with them, and counts the changes. Threads that read
 * while another one changes values see those before the change or those behind it. Readers, and runs that are held
 * while values change, see the number of the version that they have.
 */
public final class ValueGuard {

    private final Consumer<Runnable> whileIdle;
    /** A fair one: training changes values again and again, and would keep readers waiting. */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

    private final AtomicLong version = new AtomicLong();
    /** Made once, as a training step allocates nothing. */
    private final Runnable counted = this::changeAndCount;

    /** What the thread that has the lock for writing does next. */
    private @Nullable Runnable next;

    /** Guards values by what runs a change while nobody computes with them. */
    public ValueGuard(Consumer<Runnable> whileIdle) {
        this.whileIdle = whileIdle;
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

    /** Makes a change while nobody reads these values or computes with them, and counts it. */
    public void change(Runnable change) {
        lock.writeLock().lock();
        try {
            next = change;
            whileIdle.accept(counted);
        } finally {
            next = null;
            lock.writeLock().unlock();
        }
    }

    /** Makes a change for somebody who holds whatever computes with these values. */
    public void changeHeld(Runnable change) {
        lock.writeLock().lock();
        try {
            next = change;
            changeAndCount();
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void changeAndCount() {
        Runnable change = next;
        next = null; // a change within a change is one of its own
        try {
            if (change != null) {
                change.run();
            }
        } finally {
            version.incrementAndGet(); // also where it failed: a training step may have been half done
        }
    }

    /** Returns a number that grows with every change. */
    public long version() {
        return version.get();
    }
}

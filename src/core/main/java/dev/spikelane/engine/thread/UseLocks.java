package dev.spikelane.engine.thread;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The locks of all calls that compute with the values of a network, and the changes that wait for them. Calls that
 * begin while a change waits let it go first, and the next change waits for these calls: neither can starve the other.
 * A call within a call does not wait, because the change waits for the end of the outer call.
 */
public final class UseLocks {

    private final List<WeakReference<RunLock>> turns = new ArrayList<>();
    /** The locks that the present change holds. */
    private List<RunLock> held = List.of();

    /** Fair: changes go in the order of arrival. */
    private final ReentrantLock line = new ReentrantLock(true);

    /** True if the first change in line waits. */
    private volatile boolean wanted;

    /** Number of changes that have waited. */
    private long waited;

    /** Calls that wait for the first change in line, and calls that waited for the change before it. */
    private int behind;

    private int before;

    /** Number of calls that ended while a change waited. */
    private long ended;

    /** Creates an empty set of locks. */
    public UseLocks() {}

    /** Makes changes wait for the calls of a lock, as long as the lock is reachable. */
    public void register(RunLock turn) {
        synchronized (turns) {
            turns.removeIf(known -> known.refersTo(null));
            turns.add(new WeakReference<>(turn));
        }
    }

    /** Blocks all calls until {@link #release}, or returns false if a call is under way; no call is blocked then. */
    public boolean hold() {
        synchronized (turns) {
            if (turns.isEmpty()) { // training steps take this path, which must not allocate
                return true;
            }
            List<RunLock> now = new ArrayList<>(turns.size());
            boolean all = true;
            for (Iterator<WeakReference<RunLock>> each = turns.iterator(); all && each.hasNext(); ) {
                RunLock turn = each.next().get();
                if (turn != null) {
                    all = turn.beginChange();
                    if (all) {
                        now.add(turn);
                    }
                }
            }
            held = now;
            if (!all) {
                release();
            }
            return all;
        }
    }

    /** Unblocks all calls. */
    public void release() {
        List<RunLock> last = held;
        held = List.of();
        for (int i = 0; i < last.size(); i++) {
            last.get(i).endChange();
        }
    }

    /** Returns true if this thread is in one of the calls: it would wait for itself. */
    boolean isInCall() {
        synchronized (turns) {
            return turns.stream().anyMatch(each -> {
                RunLock turn = each.get();
                return turn != null && turn.isOfThisThread();
            });
        }
    }

    /**
     * Attempts to begin a change after the end of each call, until an attempt succeeds.
     *
     * @param most the longest wait, in nanoseconds
     * @return true if the change has begun; false at once if this thread is in a call
     */
    boolean await(BooleanSupplier attempt, long most) throws InterruptedException {
        long end = System.nanoTime() + most;
        if (isInCall() || !line.tryLock(most, TimeUnit.NANOSECONDS)) {
            return false;
        }
        try {
            wanted = true;
            return attempt(attempt, end);
        } finally {
            synchronized (this) {
                wanted = false;
                waited++;
                before += behind;
                behind = 0;
                notifyAll();
            }
            line.unlock();
        }
    }

    private boolean attempt(BooleanSupplier attempt, long end) throws InterruptedException {
        while (true) {
            long seen;
            synchronized (this) {
                while (before > 0) {
                    if (!waitUntil(end)) {
                        return false;
                    }
                }
                seen = ended;
            }
            if (attempt.getAsBoolean()) {
                return true;
            }
            synchronized (this) {
                while (ended == seen) {
                    if (!waitUntil(end)) {
                        return false;
                    }
                }
            }
        }
    }

    /** Waits until notified; returns false if the time is over. */
    private boolean waitUntil(long end) throws InterruptedException {
        long left = end - System.nanoTime();
        if (left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return left > 0;
    }

    /**
     * Lets a waiting change go first.
     *
     * @return true if there was one; {@link #began} must follow then
     */
    boolean letChangeGo() {
        return wanted && !isInCall() && letGo();
    }

    private boolean letGo() {
        boolean interrupted = false;
        synchronized (this) {
            if (!wanted) {
                return false;
            }
            behind++;
            for (long now = waited; waited == now; ) {
                try {
                    wait();
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    /** Reports that a call which let a change go first has begun or was refused. */
    synchronized void began() {
        before--;
        notifyAll();
    }

    /** Reports the end of a call. */
    void ended() {
        if (wanted) {
            synchronized (this) {
                ended++;
                notifyAll();
            }
        }
    }
}

package dev.spikelane.engine.thread;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The turns of all calls that compute with the values of a network, and the changes that wait for them. Calls that
 * begin while a change waits let it go first, and the next change waits for these calls: neither can keep the other
 * from its turn. A call within a call does not wait, as the change waits for the end of the outer one.
 */
public final class UseLocks {

    private final List<WeakReference<RunLock>> turns = new ArrayList<>();
    /** The turns that the change under way holds. */
    private List<RunLock> held = List.of();

    /** A fair one: changes go in the order in which they came. */
    private final ReentrantLock line = new ReentrantLock(true);

    /** Whether the first in line waits. */
    private volatile boolean wanted;

    /** Changes that have waited. */
    private long waited;

    /** Calls that wait behind the first in line, and calls that have waited behind the one before it. */
    private int behind;

    private int before;

    /** Calls that have ended while a change waited. */
    private long ended;

    /** Starts without any. */
    public UseLocks() {}

    /** Lets changes wait for the calls of a turn, until it is forgotten. */
    public void register(RunLock turn) {
        synchronized (turns) {
            turns.removeIf(known -> known.refersTo(null));
            turns.add(new WeakReference<>(turn));
        }
    }

    /** Keeps all from computing until {@link #release}, or none: false where one does. */
    public boolean hold() {
        synchronized (turns) {
            if (turns.isEmpty()) { // a training step, which allocates nothing
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

    /** Lets them go on. */
    public void release() {
        List<RunLock> last = held;
        held = List.of();
        for (int i = 0; i < last.size(); i++) {
            last.get(i).endChange();
        }
    }

    /** Whether this thread is in one of the turns, so that it would wait for itself. */
    boolean isInCall() {
        synchronized (turns) {
            return turns.stream().anyMatch(each -> {
                RunLock turn = each.get();
                return turn != null && turn.isOfThisThread();
            });
        }
    }

    /**
     * Attempts to begin a change, whenever a call has ended, until that succeeds.
     *
     * @param most how long
     * @return whether it did; false at once where this thread is in a call
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

    /** Waits until something happens; false if it is too late. */
    private boolean waitUntil(long end) throws InterruptedException {
        long left = end - System.nanoTime();
        if (left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return left > 0;
    }

    /**
     * Lets the change that waits go first, if there is one.
     *
     * @return whether there was; {@link #began} must follow then
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

    /** A call that has let a change go has its turn, or was refused. */
    synchronized void began() {
        before--;
        notifyAll();
    }

    /** A call has ended. */
    void ended() {
        if (wanted) {
            synchronized (this) {
                ended++;
                notifyAll();
            }
        }
    }
}

package dev.spikelane.network;

import dev.spikelane.memory.Signal;
import dev.spikelane.simd.Rows;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Offers that wait, and the thread that takes together what has come. */
final class SessionTicks {

    /** Gets an answer, or the reason why there is none. */
    interface Then {
        void accept(SessionPool.@Nullable Answer answer, @Nullable Throwable refused);
    }

    /** Offers that were made between two ticks. */
    static final class Offers {

        final Signal[] inputs;
        int count;
        long[] keys;
        /** Where the answer is; negative as long as there is none. */
        int[] places;

        @Nullable
        Throwable[] refused;
        /** Who gets the answer; null once it was given. */
        private @Nullable Then[] then;

        Offers(Signal rows) {
            int room = rows.rows();
            inputs = new Signal[] {rows};
            keys = new long[room];
            places = new int[room];
            refused = new Throwable[room];
            then = new Then[room];
        }

        @Nullable
        Then then(int number) {
            return then[number];
        }

        private void add(SessionPool pool, long key, Signal input, Then answered) {
            if (count == keys.length) {
                Signal more = pool.rows(2 * count, 0);
                Rows.copy(inputs[0], 0, more, 0, count);
                inputs[0] = more;
                keys = Arrays.copyOf(keys, 2 * count);
                places = Arrays.copyOf(places, 2 * count);
                refused = Arrays.copyOf(refused, 2 * count);
                then = Arrays.copyOf(then, 2 * count);
            }
            Rows.copy(input, 0, inputs[0], count, 1);
            keys[count] = key;
            places[count] = -1;
            then[count] = answered;
            count++;
        }
    }

    private final SessionPool pool;
    private final long longestWait;
    private final int largestBatch;
    private final int mostWaiting;
    private final SessionPool.Answers answers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Offers coming;
    private Offers taken;
    /** When the first of those that wait came. */
    private long since;

    private boolean closed;
    private @Nullable Thread thread;

    SessionTicks(SessionPool pool, SessionPoolBuilder said, int mostInMemory) {
        this.pool = pool;
        this.longestWait = said.longestWait.toNanos();
        this.largestBatch = Math.min(said.largestBatch, mostInMemory);
        this.mostWaiting = said.mostWaiting;
        this.answers = pool.newAnswers(largestBatch);
        this.coming = new Offers(pool.rows(1, 0));
        this.taken = new Offers(pool.rows(1, 0));
    }

    void offer(long key, Signal input, Then then) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("session pool is closed");
            }
            if (coming.count == mostWaiting) {
                throw new IllegalStateException(mostWaiting + " offers wait, expected at most so many");
            }
            coming.add(pool, key, input, then);
            if (coming.count == 1) {
                since = System.nanoTime();
                if (thread == null) {
                    thread = Thread.ofPlatform()
                            .daemon()
                            .name("spikelane-sessions")
                            .start(this::run);
                }
            }
            if (coming.count == 1 || coming.count == largestBatch) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (await()) {
            answer(taken);
            taken.count = 0;
        }
    }

    /** Waits until as many offers have come as go together, or the first has waited long enough; false at the end. */
    private boolean await() {
        lock.lock();
        try {
            while (coming.count == 0 && !closed) {
                changed.awaitUninterruptibly();
            }
            long left = since + longestWait - System.nanoTime();
            while (coming.count < largestBatch && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException now) {
            // Nobody else has this thread: those that wait are answered now.
        } finally {
            Offers next = coming;
            coming = taken;
            taken = next;
            lock.unlock();
        }
        return taken.count > 0;
    }

    /** Takes offers in rounds: each session once in a round. */
    private void answer(Offers offers) {
        for (int left = offers.count; left > 0; ) {
            Throwable failure = null;
            try {
                pool.take(offers, largestBatch, answers);
            } catch (Throwable failed) {
                failure = failed;
            }
            for (int i = 0; i < offers.count; i++) {
                Then then = offers.then[i];
                int place = offers.places[i];
                Throwable refused = offers.refused[i] != null ? offers.refused[i] : failure;
                if (then != null && (place >= 0 || refused != null)) {
                    offers.then[i] = null;
                    offers.places[i] = -1;
                    offers.refused[i] = null;
                    left--;
                    tell(then, refused == null ? answers.answer(offers.keys[i], place) : null, refused);
                }
            }
        }
    }

    private static void tell(Then then, SessionPool.@Nullable Answer answer, @Nullable Throwable refused) {
        try {
            then.accept(answer, refused);
        } catch (Throwable failure) {
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler().uncaughtException(current, failure);
        }
    }

    /** Takes no more offers, and returns when all are answered. */
    void close() {
        Thread last;
        lock.lock();
        try {
            last = thread;
            if (last == Thread.currentThread()) {
                throw new IllegalStateException("the thread that answers offers cannot close the pool");
            }
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (last != null && last.isAlive()) {
            try {
                last.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.spikelane.session;

import dev.spikelane.memory.Signal;
import dev.spikelane.simd.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A queue of offers, and the thread that steps their sessions in batches. */
final class OfferQueue {

    /** A step whose caller waits for the answer. */
    static final class Offer {

        final long key;
        /** Row of its input in the queue's inputs. */
        final int row;
        /** Time of arrival, in {@link System#nanoTime}. */
        final long since = System.nanoTime();

        private final BiConsumer<? super SessionPool.Answer, ? super Throwable> then;
        /** Place in the answers; negative without an answer. */
        int place = -1;

        @Nullable
        Throwable refused;

        private Offer(long key, int row, BiConsumer<? super SessionPool.Answer, ? super Throwable> then) {
            this.key = key;
            this.row = row;
            this.then = then;
        }
    }

    private final SessionPool pool;
    private final SessionInputs inputs;
    private final long longestWait;
    private final int largestBatch;
    private final int mostWaiting;
    private final SessionPool.Answers answers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private List<Offer> coming = new ArrayList<>();
    /** Inputs of the queued offers; the other matrix holds the inputs of the offers in work. */
    private Signal rows;

    private Signal rowsBefore;
    private boolean closed;
    private @Nullable Thread thread;
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

    OfferQueue(SessionPool pool, SessionInputs inputs, SessionPoolBuilder declared, int mostInMemory) {
        this.pool = pool;
        this.inputs = inputs;
        this.longestWait = declared.longestWait.toNanos();
        this.largestBatch = Math.min(declared.largestBatch, mostInMemory);
        this.mostWaiting = declared.mostWaiting;
        this.answers = pool.newAnswers(largestBatch);
        this.rows = inputs.rows(1, 0);
        this.rowsBefore = inputs.rows(1, 0);
    }

    void offer(long key, Signal input, BiConsumer<? super SessionPool.Answer, ? super Throwable> then) {
        lock.lock();
        try {
            int row = coming.size();
            if (closed || row == mostWaiting) {
                throw new IllegalStateException(
                        closed
                                ? "session pool is closed"
                                : "the queue has " + row + " offers, its limit: offer again later");
            }
            if (row == rows.rows()) {
                Signal more = inputs.rows(2 * row, 0);
                Rows.copy(rows, 0, more, 0, row);
                rows = more;
            }
            Rows.copy(input, 0, rows, row, 1);
            coming.add(new Offer(key, row, then));
            if (thread == null) {
                thread = Thread.ofPlatform().daemon().name("spikelane-sessions").start(this::run);
            }
            if (row == 0 || row + 1 == largestBatch) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Steps queued offers in batches, each session at most once in a batch. */
    private void run() {
        try {
            takeAll();
        } finally {
            ended.complete(null);
        }
    }

    private void takeAll() {
        for (List<Offer> left = await(); !left.isEmpty(); left = await()) {
            while (!left.isEmpty()) {
                Throwable failure = null;
                try {
                    pool.take(left, rowsBefore, largestBatch, answers);
                } catch (Throwable failed) {
                    failure = failed;
                }
                List<Offer> others = new ArrayList<>();
                for (Offer offer : left) {
                    Throwable refused = offer.refused == null ? failure : offer.refused;
                    if (offer.place >= 0 || refused != null) {
                        tell(offer, refused);
                    } else {
                        others.add(offer);
                    }
                }
                left = others;
                pool.evictAhead();
            }
        }
    }

    /**
     * Waits until a batch is full or the first offer has waited long enough, and returns the queued offers; none if
     * closed.
     */
    private List<Offer> await() {
        lock.lock();
        try {
            while (coming.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            long left = coming.isEmpty() ? 0 : coming.getFirst().since + longestWait - System.nanoTime();
            while (coming.size() < largestBatch && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException now) {
            // An interrupt answers the queued offers at once: the thread belongs to this queue alone.
        }
        try {
            List<Offer> taken = coming;
            Signal taking = rows;
            coming = new ArrayList<>();
            rows = rowsBefore;
            rowsBefore = taking;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void tell(Offer offer, @Nullable Throwable refused) {
        try {
            offer.then.accept(refused == null ? answers.answer(offer.key, offer.place) : null, refused);
        } catch (Throwable failure) {
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler().uncaughtException(current, failure);
        }
    }

    /** Refuses further offers, and returns when all queued ones are answered. */
    void close() {
        lock.lock();
        try {
            if (thread == Thread.currentThread()) {
                throw new IllegalStateException(
                        "a callback of an offer cannot close the session pool: close it on another thread");
            }
            if (thread == null) {
                ended.complete(null);
            }
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        ended.join();
    }
}

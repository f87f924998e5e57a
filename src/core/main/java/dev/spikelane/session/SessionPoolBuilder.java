package dev.spikelane.session;

import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Metrics;
import dev.spikelane.network.Network;
import dev.spikelane.simd.Checks;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a {@link SessionPool} is like. */
public final class SessionPoolBuilder {

    final Network network;
    int threads = 1;
    boolean values;
    boolean receipts;
    EarlyExit decision = EarlyExit.exact(Integer.MAX_VALUE);

    @Nullable
    SessionStore store;

    @Nullable
    Metrics metrics;

    int mostSessions = Integer.MAX_VALUE;
    long memory = Long.MAX_VALUE;
    Duration longestWait = Duration.ofMillis(1);
    int largestBatch = 1_024;
    int mostWaiting = 1 << 16;
    boolean durable;
    Duration flushEvery = Duration.ZERO;

    SessionPoolBuilder(Network network) {
        this.network = Objects.requireNonNull(network, "network");
    }

    /**
     * Shares batches among threads, the calling one among them; 1 if it is not set. Results do not depend on it.
     *
     * @param count from 1 to 1024
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public SessionPoolBuilder threads(int count) {
        if (count < 1 || count > WorkerPool.MOST) {
            throw new IllegalArgumentException("threads is " + count + ", expected 1 to " + WorkerPool.MOST);
        }
        threads = count;
        return this;
    }

    /**
     * Takes values as inputs, such as currents or pixels, in place of spikes.
     *
     * @return this
     */
    public SessionPoolBuilder values() {
        values = true;
        return this;
    }

    /**
     * Leaves a trail of each session, of some 850 bytes, from which {@link SessionPool#receipt} makes receipts. It
     * takes 5 to 7 % of the time of steps of 784-1000-10 (Emerald Rapids, 2026-11-30).
     *
     * @return this
     */
    public SessionPoolBuilder receipts() {
        receipts = true;
        return this;
    }

    /**
     * Decides the label of each session by a rule; without one labels are never decided, and the class in the lead
     * changes as long as the session goes on.
     *
     * @param rule when a label is decided
     * @return this
     */
    public SessionPoolBuilder decision(EarlyExit rule) {
        decision = Objects.requireNonNull(rule, "rule");
        return this;
    }

    /**
     * Says where sessions go for which there is no room, those that {@link SessionPool#evict} and
     * {@link SessionPool#evictIdle} name, and all when the pool is closed.
     *
     * @param ofSessions of this pool alone
     * @return this
     */
    public SessionPoolBuilder store(SessionStore ofSessions) {
        store = Objects.requireNonNull(ofSessions, "ofSessions");
        return this;
    }

    /**
     * Lets {@link SessionPool#flush}, {@link SessionPool#evictIdle} and {@link SessionPool#close} wait until what they
     * wrote survives a power failure.
     *
     * @return this
     */
    public SessionPoolBuilder durable() {
        durable = true;
        return this;
    }

    /**
     * Flushes the sessions again and again, on a thread that ends when the pool is closed. A failure is logged once for
     * each cause, and {@link SessionPool#flush} writes the same sessions again.
     *
     * @param interval time between two flushes, more than 0; none if it is not set
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public SessionPoolBuilder flushEvery(Duration interval) {
        if (!Objects.requireNonNull(interval, "interval").isPositive()) {
            throw new IllegalArgumentException("interval is " + interval + ", expected more than 0");
        }
        flushEvery = interval;
        return this;
    }

    /**
     * Limits how many sessions there are, in memory and in the store.
     *
     * @param count at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public SessionPoolBuilder mostSessions(int count) {
        mostSessions = Checks.atLeast(1, "mostSessions", count);
        return this;
    }

    /**
     * Limits the memory of packed states, which is no part of what the runs of a batch take. With a {@link #store}, the
     * sessions that were idle for longest leave memory from 15/16 of this on.
     *
     * @param bytes at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public SessionPoolBuilder memory(long bytes) {
        memory = Checks.atLeast(1, "memory", bytes);
        return this;
    }

    /**
     * Limits how long an offer waits for others, unless the steps before it take longer; 1 ms if it is not set.
     *
     * @param most 0 or more
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public SessionPoolBuilder longestWait(Duration most) {
        if (Objects.requireNonNull(most, "most").isNegative()) {
            throw new IllegalArgumentException("longestWait is " + most + ", expected 0 or more");
        }
        longestWait = most;
        return this;
    }

    /**
     * Says how many offers are answered together at most; 1,024 if it is not set. Offers do not wait for more.
     *
     * @param count at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public SessionPoolBuilder largestBatch(int count) {
        largestBatch = Checks.atLeast(1, "largestBatch", count);
        return this;
    }

    /**
     * Limits how many offers wait; 65,536 if it is not set. Others are refused.
     *
     * @param count at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public SessionPoolBuilder mostWaiting(int count) {
        mostWaiting = Checks.atLeast(1, "mostWaiting", count);
        return this;
    }

    /**
     * Tells how the pool does after each step.
     *
     * @param ofPool gets the numbers, on the threads that step, one after the other
     * @return this
     */
    public SessionPoolBuilder metrics(Metrics ofPool) {
        metrics = Objects.requireNonNull(ofPool, "ofPool");
        return this;
    }

    /**
     * Makes the pool.
     *
     * @return a pool, with the sessions of its store
     * @throws java.io.UncheckedIOException if the store cannot be opened, or another pool uses it
     * @throws IllegalArgumentException if the network has something that cannot be packed, which the message names: a
     *     plastic projection, noise, dropout, a window of inputs or another thing that goes by the number of a step; or
     *     if it has no inputs, or memory is not enough for a session; or
     *     if it flushes without a store
     */
    public SessionPool build() {
        if (store == null && !flushEvery.isZero()) {
            throw new IllegalArgumentException("flushEvery has no store to write to, expected store(...)");
        }
        return new SessionPool(this);
    }

    @Override
    public String toString() {
        return "SessionPoolBuilder of " + network;
    }
}

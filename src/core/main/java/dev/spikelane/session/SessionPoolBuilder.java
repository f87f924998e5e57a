package dev.spikelane.session;

import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Metrics;
import dev.spikelane.network.Network;
import dev.spikelane.simd.Checks;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Configures a {@link SessionPool}. */
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
     * Sets the number of threads that share a batch, including the calling one; 1 by default. Results do not depend on
     * it.
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
     * Makes inputs values, such as currents or pixels, in place of spikes.
     *
     * @return this
     */
    public SessionPoolBuilder values() {
        values = true;
        return this;
    }

    /**
     * Keeps hashes of each session, about 850 bytes, from which {@link SessionPool#receipt} creates receipts. Steps of
     * 784-1000-10 take 5 to 7 % longer (Emerald Rapids, 2026-11-30).
     *
     * @return this
     */
    public SessionPoolBuilder receipts() {
        receipts = true;
        return this;
    }

    /**
     * Sets the rule that decides the label of a session. Without a rule, the label is always the class with the most
     * spikes so far.
     *
     * @param rule decides labels
     * @return this
     */
    public SessionPoolBuilder decision(EarlyExit rule) {
        decision = Objects.requireNonNull(rule, "rule");
        return this;
    }

    /**
     * Sets the store for evicted sessions: those beyond the memory limit, those that {@link SessionPool#evict} and
     * {@link SessionPool#evictIdle} name, and all sessions when the pool is closed.
     *
     * @param ofSessions a store that no other pool uses
     * @return this
     */
    public SessionPoolBuilder store(SessionStore ofSessions) {
        store = Objects.requireNonNull(ofSessions, "ofSessions");
        return this;
    }

    /**
     * Makes {@link SessionPool#flush}, {@link SessionPool#evictIdle} and {@link SessionPool#close} wait until their
     * writes survive a power failure.
     *
     * @return this
     */
    public SessionPoolBuilder durable() {
        durable = true;
        return this;
    }

    /**
     * Flushes the sessions at intervals, on a thread that ends with the pool. Each failure is logged once, and the next
     * flush writes its sessions again.
     *
     * @param interval time between two flushes, more than 0; by default there are none
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
     * Limits the number of sessions, in memory and in the store.
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
     * Limits the memory of packed states; the working memory of a step is extra. With a {@link #store}, the pool evicts
     * the sessions that were idle for longest when 15/16 of this is used.
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
     * Limits the time that an offer waits for a full batch; 1 ms by default. Earlier steps may delay it further.
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
     * Limits the offers of a batch; 1,024 by default. A full batch starts at once.
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
     * Limits the queued offers; 65,536 by default. Further offers are refused.
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
     * Reports metrics after each step.
     *
     * @param ofPool gets the metrics on the threads that step, one step after the other
     * @return this
     */
    public SessionPoolBuilder metrics(Metrics ofPool) {
        metrics = Objects.requireNonNull(ofPool, "ofPool");
        return this;
    }

    /**
     * Builds the pool.
     *
     * @return a pool with the sessions of its store
     * @throws java.io.UncheckedIOException if the store cannot be opened, or another pool uses it
     * @throws IllegalArgumentException if the network has a part without a packed state, which the message names: a
     *     plastic projection, noise, dropout, a window of inputs, or a model that depends on the step number; if it has
     *     no inputs; if memory is not enough for a session; or if flushes have no store
     */
    public SessionPool build() {
        if (store == null && !flushEvery.isZero()) {
            throw new IllegalArgumentException("flushEvery needs a store: call store(...)");
        }
        return new SessionPool(this);
    }

    @Override
    public String toString() {
        return "SessionPoolBuilder of " + network;
    }
}

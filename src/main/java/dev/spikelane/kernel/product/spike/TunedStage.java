package dev.spikelane.kernel.product.spike;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A product that {@link Tuner} chooses a way for, and measures: one object for each place where products are prepared,
 * used again and again. The thread that prepares opens it; threads then tell of the blocks of outputs that they have
 * done, and the last one closes it.
 */
public final class TunedStage {

    static final int NONE = -1;

    public final Tuner tuner;
    /** Threads that share the product. */
    final int threads;
    /** What each way costs for all blocks, in nanoseconds on one thread; infinite if it cannot serve. */
    public final double[] costs = new double[Tuner.WAYS];

    Tuner.Kind kind = Tuner.Kind.SPIKES;
    int rows;
    int inputs;
    int outputs;
    int blocks;
    TunedClass of;
    /** The key of that class when this stage was opened. */
    long key;

    /** The way that computes this stage. */
    public int way;

    /** The way that one thread looks at, beside it, on one block; {@link #NONE} if none is. */
    public int look = NONE;

    /** Whether that only lets C2 compile it, on a small product. */
    public boolean rehearses;

    /** Which of the stages of a comparison this is; {@link #NONE} if it is none. */
    int turn = NONE;

    boolean measured;
    /** Whether the time that threads have computed counts. */
    boolean isLong;

    private long active;
    private long preparing;
    private final AtomicLong nanoseconds = new AtomicLong();
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicBoolean claimed = new AtomicBoolean();

    public TunedStage(Tuner tuner, int threads) {
        this.tuner = tuner;
        this.threads = threads;
        this.of = new TunedClass();
    }

    /** Says which product comes, before {@link #costs} are set. */
    public void of(Tuner.Kind newKind, int newRows, int newInputs, int newOutputs, long newActive) {
        kind = newKind;
        rows = newRows;
        inputs = newInputs;
        outputs = newOutputs;
        active = newActive;
    }

    /** Whether its class is still there, and no other has come in its place. */
    boolean hasClass() {
        return of.key == key;
    }

    double density() {
        return Math.max(1, active) / ((double) rows * inputs);
    }

    /** Chooses, for some blocks of outputs. */
    public void open(int someBlocks) {
        blocks = someBlocks;
        if (!tuner.learns() || !hasChoice()) {
            way = TunedClass.cheapest(costs);
            rest();
            return;
        }
        tuner.open(this);
        if (measured) {
            preparing = 0;
            nanoseconds.setPlain(0);
            left.setPlain(blocks);
            claimed.setPlain(look == NONE);
        }
    }

    /** Whether there are several ways; of a single row of spikes there is one. */
    boolean hasChoice() {
        int ways = 0;
        for (double each : costs) {
            ways += each < Double.POSITIVE_INFINITY ? 1 : 0;
        }
        return ways > 1;
    }

    /** Measures nothing until it is opened. */
    void rest() {
        measured = false;
    }

    public long now() {
        return measured ? tuner.now(this) : 0;
    }

    /** The way of this stage was prepared, all of it since then. */
    void prepared(long since) {
        if (measured) {
            preparing = tuner.now(this) - since;
        }
    }

    /** Whether the caller is the one that looks at another way. */
    public boolean looks() {
        return measured && !claimed.get() && claimed.compareAndSet(false, true);
    }

    /** The caller has computed a small product since then, which costs so much. */
    public void rehearsed(long since, double cost) {
        tuner.rehearsed(this, tuner.now(this) - since, cost);
    }

    /** Whether the caller, who looked since then, should do it again, as the first time finds other caches. */
    public boolean looksAgain(long since) {
        return Tuner.isWarm(tuner.now(this) - since, costs[look] / blocks);
    }

    /**
     * What a block takes where so many blocks share what each part of a product does for itself.
     *
     * @param run what a block took that did all of it
     * @param own what that takes; at most half of the run is believed, as something may have held it up
     */
    public static long ofBlock(long run, long own, int blocks) {
        long once = Math.min(own, run / 2);
        return run - once + once / blocks;
    }

    /** The caller has looked at one block, which took so much behind what all of them need; all of it so much. */
    public void looked(long preparingTook, long block, long all) {
        tuner.looked(this, preparingTook, block, all);
    }

    /** Some blocks are done. */
    public void done(long since, int someBlocks) {
        if (measured) {
            nanoseconds.getAndAdd(tuner.now(this) - since);
            if (left.addAndGet(-someBlocks) == 0) {
                tuner.close(this);
            }
        }
    }

    /** The time of all blocks, on all threads together. */
    double time() {
        return (double) threads * preparing + nanoseconds.getPlain();
    }
}

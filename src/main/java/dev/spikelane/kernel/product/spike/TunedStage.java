package dev.spikelane.kernel.product.spike;

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
    public TunedClass of;
    /** The way that serves. */
    public int way;
    /** The way that is tried; {@link #NONE} if none is. */
    public int trial = NONE;
    /** Whether it is tried on one block only. */
    boolean small;

    /** Whether the way that is to serve is itself a trial. */
    boolean whole;

    boolean measured;
    /** Whether the time that threads have computed counts. */
    boolean isLong;

    private long active;
    private long preparing;
    private long preparingTrial;
    private final AtomicLong nanoseconds = new AtomicLong();
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicInteger claimed = new AtomicInteger();
    private long nanosecondsOfTrial;
    private long wholeTrial;
    private int blocksThatCount;
    private int blocksOfTrial;

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

    double density() {
        return Math.max(1, active) / ((double) rows * inputs);
    }

    /** Chooses, for some blocks of outputs. */
    public void open(int someBlocks) {
        blocks = someBlocks;
        if (!tuner.learns()) {
            way = Tuner.cheapest(costs);
            rest();
            return;
        }
        tuner.open(this);
        if (measured) {
            preparing = 0;
            preparingTrial = 0;
            nanosecondsOfTrial = 0;
            blocksOfTrial = 0;
            nanoseconds.setPlain(0);
            left.setPlain(blocks);
            claimed.setPlain(trial == NONE ? 1 : 0);
        }
    }

    /** Measures nothing until it is opened. */
    void rest() {
        measured = false;
    }

    public long now() {
        return measured ? tuner.now(this) : 0;
    }

    /** The way that serves was prepared, all of it since then. */
    void prepared(long since) {
        if (measured) {
            preparing = tuner.now(this) - since;
        }
    }

    /** On how many of the blocks of a part the caller is to try the other way; 0 if on none. */
    public int blocksToTry(int ofPart) {
        if (!measured || claimed.get() != 0 || !claimed.compareAndSet(0, 1)) {
            return 0;
        }
        return small ? 1 : Math.min(ofPart, Math.max(1, blocks / 4));
    }

    /**
     * The other way was prepared, and has done some blocks.
     *
     * @param warm when it began with the blocks that count: the first finds caches and branch predictor as the way that
     *     serves has left them
     */
    public void tried(long start, long prepared, long warm, int thatCount, int someBlocks) {
        long end = tuner.now(this);
        preparingTrial = prepared - start;
        nanosecondsOfTrial = end - warm;
        wholeTrial = end - start;
        blocksThatCount = thatCount;
        blocksOfTrial = someBlocks;
        finish(someBlocks);
    }

    /** The way that serves has done some blocks. */
    public void done(long since, int someBlocks) {
        if (measured) {
            nanoseconds.getAndAdd(tuner.now(this) - since);
            finish(someBlocks);
        }
    }

    private void finish(int someBlocks) {
        if (left.addAndGet(-someBlocks) == 0) {
            tuner.close(this);
        }
    }

    /** The time of all blocks by the way that serves, on all threads together. */
    double time() {
        return (double) threads * preparing + (double) nanoseconds.getPlain() * blocks / (blocks - blocksOfTrial);
    }

    /** What all blocks would have taken by the way that was tried. */
    double timeOfTrial() {
        return (double) threads * preparingTrial + (double) nanosecondsOfTrial * blocks / blocksThatCount;
    }

    /** What the trial took beyond the way that serves, which takes some time for all blocks. */
    double excess(double served) {
        return trial == NONE ? 0 : Math.max(0, wholeTrial - served * blocksOfTrial / blocks);
    }
}

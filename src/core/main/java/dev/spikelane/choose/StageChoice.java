package dev.spikelane.choose;

import dev.spikelane.choose.Chooser.Kind;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A stage for which {@link Chooser} chooses a way. Each call site has one object and opens it for every stage.
 * During a trial each thread reports the parts that it has done, and the last one closes the stage.
 */
public final class StageChoice {

    static final int NONE = -1;

    /** Most rows of a run that only lets C2 compile a way; {@code permute} has a loop over 64. */
    private static final int FEW_ROWS = 80;

    /**
     * Estimated time to synchronize threads: at density 0.5 one row of 784 -> 1000 takes 18.5 us on one thread and 10.1
     * on two, at 0.1 3.0 and 5.2 us (Zen 5, 2026-11).
     */
    private static final double MEETING_NANOSECONDS = 2_500;

    /** Longer stages are always shared, because late threads do fewer parts of them. */
    private static final double LONG_NANOSECONDS = 100_000;

    public final Chooser chooser;
    /** Threads that share the stage. */
    public final int threads;
    /** Distinguishes this call site from others with the same shape. */
    private final int place;

    /** Estimated nanoseconds of each way on one thread; infinite if it cannot serve. */
    public final double[] costs = new double[Chooser.WAYS];

    Kind kind = Kind.SPIKES;
    int rows;
    int inputs;
    int outputs;
    double density;
    Chooser.StageClass stageClass = Chooser.StageClass.NOTHING;
    /** The key of the class when this stage was opened. */
    long key;

    public int way;

    /** The way that one thread runs on a few rows, so that C2 compiles it. */
    public int rehearsedWay;

    /** The number of this stage in a trial; {@link #NONE} if it is in none. */
    int turn = NONE;

    private int parts;
    private long preparing;
    private long start;
    private final AtomicBoolean rehearses = new AtomicBoolean();
    private final AtomicLong nanoseconds = new AtomicLong();
    private final AtomicInteger left = new AtomicInteger();

    public StageChoice(Chooser chooser, int threads) {
        this(chooser, threads, 0);
    }

    public StageChoice(Chooser chooser, int threads, int place) {
        chooser.costs(); // an invalid property is reported here, not in the middle of a run
        this.chooser = chooser;
        this.threads = threads;
        this.place = place;
    }

    /** Sets the kind and shape of the stage; the caller sets {@link #costs} next. */
    public void of(Kind newKind, int newRows, int newInputs, int newOutputs, long active) {
        kind = newKind;
        rows = newRows;
        inputs = newInputs;
        outputs = newOutputs;
        density = Math.max(1, active) / ((double) rows * inputs);
        Arrays.fill(costs, Double.POSITIVE_INFINITY);
    }

    long key() {
        long size = ((long) inputs << 20 ^ outputs) * 31 + place;
        long bucket = (long) Chooser.halfOctaves(rows) << 8 | Chooser.halfOctaves(density) + 128;
        return (size << 20 | bucket << 4 | (long) kind.number << 1) | 1;
    }

    /** Chooses the way for a stage of some parts. */
    public void open(int someParts) {
        chooser.open(this);
        parts = someParts;
        rehearses.setPlain(rehearsedWay != NONE);
        if (turn != NONE) {
            preparing = 0;
            nanoseconds.setPlain(0);
            left.setPlain(parts);
        }
    }

    public int peek() {
        return chooser.best(this);
    }

    /** Stops measuring until the next {@link #open}: the caller sets the way. */
    public void stopMeasuring() {
        turn = NONE;
        rehearses.setPlain(false);
    }

    public long now() {
        return turn == NONE ? 0 : chooser.clock.getAsLong();
    }

    /** Records that the stage is prepared, and when that began. */
    public void prepared(long since) {
        if (turn != NONE) {
            preparing = now() - since;
        }
    }

    /** Records that some parts are done, and when they began. */
    public void done(long since, int someParts) {
        if (turn != NONE) {
            nanoseconds.getAndAdd(now() - since);
            if (left.addAndGet(-someParts) == 0) {
                chooser.close(this, (double) threads * preparing + nanoseconds.getPlain());
            }
        }
    }

    /**
     * Returns true for one caller during warm-up, which then runs a part of {@link #rehearsedRows} rows by {@link
     * #rehearsedWay}.
     */
    public boolean rehearses() {
        return rehearses.getPlain() && rehearses.compareAndSet(true, false);
    }

    /** Returns the number of these rows. */
    public int rehearsedRows() {
        return Math.min(rows, FEW_ROWS);
    }

    /** Records that the rows are done, and when they began. */
    public void rehearsed(long since) {
        chooser.rehearsed(this, System.nanoTime() - since, costs[rehearsedWay] * rehearsedRows() / rows / parts);
    }

    /**
     * Returns true if threads should share a stage, given its estimated nanoseconds on one thread; {@link #met} ends
     * it.
     */
    public boolean shares(double alone) {
        turn = NONE;
        if (threads > 1 && alone < LONG_NANOSECONDS) {
            of(Kind.THREADS, (int) alone + 1, threads, 1, 1);
            costs[0] = alone;
            costs[1] = shared(alone, threads);
            open(1);
            start = now();
            return way == 1;
        }
        return threads > 1;
    }

    /** Records that the stage is done and threads have synchronized. */
    public void met() {
        done(start, 1);
    }

    /** Returns the estimated nanoseconds of a stage on some threads. */
    public static double shared(double alone, int threads) {
        return alone / threads + MEETING_NANOSECONDS;
    }
}

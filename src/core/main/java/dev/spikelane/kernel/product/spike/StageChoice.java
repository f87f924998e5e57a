package dev.spikelane.kernel.product.spike;

import dev.spikelane.kernel.product.spike.Chooser.Kind;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A stage that {@link Chooser} chooses a way for: one object for each place, used again and again. The thread that
 * prepares opens it; where it is measured threads then tell of the parts that they have done, and the last one closes
 * it.
 */
public final class StageChoice {

    static final int NONE = -1;

    /** The most rows that a way takes which only lets C2 compile it; {@code permute} has a loop over 64. */
    private static final int FEW_ROWS = 80;

    /**
     * What the meeting of threads is estimated to take: one row of 784 -> 1000 takes 10.1 instead of 18.5 us on two of
     * them at density 0.5, 5.2 instead of 3.0 at 0.1 (Zen 5, 2026-11).
     */
    private static final double MEETING_NANOSECONDS = 2_500;

    /** Longer stages are always shared, as threads that are late do less of them. */
    private static final double LONG_NANOSECONDS = 100_000;

    public final Chooser chooser;
    /** Threads that share the stage. */
    final int threads;
    /** What distinguishes it from others of like shape. */
    private final int place;

    /** What each way is estimated to take on one thread, in nanoseconds; infinite if it cannot serve. */
    public final double[] costs = new double[Chooser.WAYS];

    Kind kind = Kind.SPIKES;
    int rows;
    int inputs;
    int outputs;
    double density;
    Chooser.Known of = Chooser.Known.NOTHING;
    /** The key of what is known when this was opened. */
    long key;

    /** The way that serves this stage. */
    public int way;

    /** The way that a thread lets C2 compile beside it. */
    public int other;

    /** Which of the stages of a comparison this is; {@link #NONE} if it is none. */
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
        chooser.costs(); // a property that cannot be read is refused here, not in the middle of a run
        this.chooser = chooser;
        this.threads = threads;
        this.place = place;
    }

    /** Says which stage comes, before {@link #costs} are set. */
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

    /** Chooses, for a stage of some parts. */
    public void open(int someParts) {
        chooser.open(this);
        parts = someParts;
        rehearses.setPlain(other != NONE);
        if (turn != NONE) {
            preparing = 0;
            nanoseconds.setPlain(0);
            left.setPlain(parts);
        }
    }

    /** The way that would serve. */
    public int peek() {
        return chooser.best(this);
    }

    /** Takes a way that is given; nothing is measured until this is opened. */
    void rest() {
        turn = NONE;
        rehearses.setPlain(false);
    }

    public long now() {
        return turn == NONE ? 0 : chooser.clock.getAsLong();
    }

    /** The stage was prepared, all of it since then. */
    void prepared(long since) {
        if (turn != NONE) {
            preparing = now() - since;
        }
    }

    /** Some parts are done. */
    public void done(long since, int someParts) {
        if (turn != NONE) {
            nanoseconds.getAndAdd(now() - since);
            if (left.addAndGet(-someParts) == 0) {
                chooser.close(this, (double) threads * preparing + nanoseconds.getPlain());
            }
        }
    }

    /** Whether the caller is the one that runs a part of {@link #few} rows by another way, while somebody warms up. */
    public boolean rehearses() {
        return rehearses.getPlain() && rehearses.compareAndSet(true, false);
    }

    /** How many rows that takes. */
    public int few() {
        return Math.min(rows, FEW_ROWS);
    }

    /** The caller has run them since then. */
    public void rehearsed(long since) {
        chooser.rehearsed(this, System.nanoTime() - since, costs[other] * few() / rows / parts);
    }

    /** Whether threads share a stage that is estimated to take so many nanoseconds on one; {@link #met} ends it. */
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

    /** The stage is done, and threads have met. */
    public void met() {
        done(start, 1);
    }

    /** What a stage is estimated to take on some threads. */
    public static double shared(double alone, int threads) {
        return alone / threads + MEETING_NANOSECONDS;
    }
}

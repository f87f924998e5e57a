package dev.spikelane.kernel.product.spike;

import dev.spikelane.kernel.base.SimdWidth;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Learns which of the ways to compute a product is the fastest on this machine, while products serve. All ways give the
 * same bits, so nothing but time depends on it.
 *
 * <p>What costs say of a way ({@link SpikeCosts}) is only where it starts. Products are sorted into classes by kind,
 * inputs, outputs, and, half an octave wide, rows and density. A class knows for each way a factor by which costs are
 * wrong, against those of the others, and the way with the smallest product of factor and costs serves. A new class
 * takes the factors of the most similar one, so that it starts with what is known of this machine.
 *
 * <p>A {@link TunedStage} asks once, before spikes are prepared, for all threads, and may be told to try another way:
 * on at most a quarter of the outputs, beside the way that serves on the others, or, once it is known not to be much
 * slower, in two stages of its own behind two that were served as always, of which the second counts. Both are timed in
 * the same moment, so that whatever else the machine does holds up both; of up to {@value #SAMPLES} such pairs the
 * median counts. A way may serve once it was tried three times; it is tried {@value #SAMPLES} times where it is near
 * the best, and never where its costs are more than {@value #HOPELESS} times those of the best. Whatever a moment has
 * shown is tried again now and then, and soon when the time of a class drifts by a third.
 *
 * <p>Learning takes at most a quarter of the time of a class in its first second or its first {@value #FIRST_CALLS}
 * calls, whichever is longer, and 1 percent from then on: a trial that would take more waits. Stages below
 * {@value #LEAST_NANOSECONDS} ns are not measured; of long ones the time counts that threads have computed. Code that
 * C2 has not compiled yet tells nothing: a pair that is beyond all expectation is left out some times.
 *
 * <p>There are {@value #CLASSES} classes, made at once; the one that was not used for the longest time makes room for a
 * new one. Nothing is allocated later. Threads that use a class at the same time may lose each other's samples, which
 * does no harm. {@code -Dspikelane.costs} says where learning starts, and whether there is any.
 */
public final class Tuner {

    /** The most ways of a product. */
    static final int WAYS = 8;

    static final int CLASSES = 256;
    static final int SAMPLES = 5;
    static final int FIRST_CALLS = 50;
    static final double HOPELESS = 3;
    static final double LEAST_NANOSECONDS = 4_000;

    /** Stages that are likely to be interrupted by other programs: their threads' own time is taken. */
    private static final double LONG_NANOSECONDS = 200_000;

    /** What a stage that tries another way in whole may be estimated to take, so that it is not held up. */
    private static final double MOST_OF_WHOLE = 1.8;

    /** What a trial is charged with at least, as a part of its stage: it drives weights out of caches. */
    private static final double LEAST_CHARGE = 0.03;

    /** By how much a way that was never tried may be slower than it is estimated. */
    private static final double DOUBT = 2;

    /** Of so many stages in a row the last counts: the first finds caches and branch predictor of another way. */
    private static final int IN_ROW = 2;

    /** Of the stages of a settled class one in so many is measured; a power of 2. */
    private static final int SELDOM = 16;

    /** How far from its expectation a pair must be to look like code that is not compiled, and how often it may be. */
    private static final double BEYOND = 4;

    private static final int COLD_RUNS = 24;

    /** Runs before which a way is tried on one block only, as code that is not compiled takes long. */
    private static final int SMALL_RUNS = 8;

    /** Places in which a class may be, from the one that its key says on. */
    private static final int PROBES = 8;

    /** The classes of this JVM. */
    public static final Tuner OF_JVM = new Tuner(null);

    private final LongSupplier clock;
    private final LongSupplier clockOfThread;
    private final @Nullable SpikeCosts costs;
    private final TunedClass[] classes = new TunedClass[CLASSES];
    private final int[][] runs = new int[Kind.values().length][WAYS];
    private final int[][] coldRuns = new int[Kind.values().length][WAYS];
    private volatile boolean hurries;
    private int uses;
    private int hurried;

    /** Products whose ways are compared with each other. */
    public enum Kind {
        SPIKES(0, "scalar active dense wide narrow lists permute"),
        INT8(1, "scalar active tables"),
        INT16(2, "scalar active tables");

        final int number;
        private final String ways;

        Kind(int number, String ways) {
            this.number = number;
            this.ways = ways;
        }

        /** What a way is called. */
        String nameOf(int way) {
            return ways.split(" ", -1)[way];
        }
    }

    /** Starts from costs; null for those in use, which may be fixed. */
    public Tuner(@Nullable SpikeCosts costs) {
        this(System::nanoTime, ThreadTime::now, costs);
    }

    /** Takes the time of long stages from the second clock. */
    public Tuner(LongSupplier clock, LongSupplier clockOfThread, @Nullable SpikeCosts costs) {
        this.clock = clock;
        this.clockOfThread = clockOfThread;
        this.costs = costs;
        Arrays.setAll(classes, i -> new TunedClass());
    }

    /**
     * Says whether ways that are not known are tried as soon as possible, whatever that takes: while somebody warms up.
     *
     * @param soon whether
     */
    public static void hurry(boolean soon) {
        OF_JVM.hurried = OF_JVM.uses;
        OF_JVM.hurries = soon;
    }

    /**
     * Tells whether all classes that were used since {@link #hurry} know which of their ways is the fastest.
     *
     * @return whether none waits to be tried
     */
    public static boolean isSettled() {
        for (TunedClass each : OF_JVM.classes) {
            if (each.key != 0 && each.used - OF_JVM.hurried > 0 && !each.settled) {
                return false;
            }
        }
        return true;
    }

    /**
     * Tells what was learned.
     *
     * @return a line for each class that was measured: rows, inputs, outputs, density, and the way that serves
     */
    public static String describe() {
        StringBuilder text = new StringBuilder();
        for (TunedClass each : OF_JVM.classes) {
            if (each.key != 0 && each.served >= 0) {
                text.append(text.isEmpty() ? "" : System.lineSeparator()).append(each);
            }
        }
        return text.toString();
    }

    /** The way that costs least. */
    static int cheapest(double[] costs) {
        int best = 0;
        for (int way = 1; way < WAYS; way++) {
            best = costs[way] < costs[best] ? way : best;
        }
        return best;
    }

    long now(TunedStage stage) {
        return (stage.isLong ? clockOfThread : clock).getAsLong();
    }

    /** Chooses for a stage, whose costs are known, which way serves, and which one is tried beside it. */
    void open(TunedStage stage) {
        TunedClass of = find(stage);
        stage.of = of;
        int best = of.best(stage.costs);
        stage.way = best;
        stage.trial = TunedStage.NONE;
        stage.whole = false;
        double time = of.scale * of.factor(best) * stage.costs[best];
        of.calls++;
        of.used = ++uses;
        of.settled |= time < LEAST_NANOSECONDS;
        int again = of.again;
        stage.measured =
                time >= LEAST_NANOSECONDS && (!of.settled || (of.calls & SELDOM - 1) == 0 || again != TunedStage.NONE);
        if (stage.measured) {
            stage.isLong = time >= LONG_NANOSECONDS;
            of.serve(best);
            if (again != TunedStage.NONE && stage.costs[again] < Double.POSITIVE_INFINITY) {
                stage.way = again;
                stage.whole = true;
                return;
            }
            int trial = of.next(stage.costs, best, stage.blocks == 1 ? MOST_OF_WHOLE : HOPELESS);
            if (trial != TunedStage.NONE) {
                tryOther(stage, trial, of.ratio(stage.costs, trial, best), time);
            }
        } else {
            of.spend(time);
        }
    }

    /** Lets a stage try another way, if that does not cost too much. */
    private void tryOther(TunedStage stage, int trial, double ratio, double time) {
        TunedClass of = stage.of;
        double estimated = ratio * (of.trials[trial] == 0 ? DOUBT : 1);
        boolean whole = stage.blocks == 1 || of.trials[trial] > 0 && ratio < MOST_OF_WHOLE;
        if (whole && (of.lastWay != of.served || of.inRow < IN_ROW)) {
            return; // there is nothing to compare it with
        }
        stage.small = estimated > HOPELESS || runs[stage.kind.number][trial] < SMALL_RUNS;
        double part = whole ? IN_ROW : 1.0 / (stage.small ? stage.blocks : Math.min(4, stage.blocks));
        double excess = time * Math.max(LEAST_CHARGE, (estimated - 1) * part);
        if (hurries && !of.settled || excess <= of.credit) {
            stage.whole = whole;
            if (whole) {
                stage.way = trial;
            } else {
                stage.trial = trial;
            }
        }
    }

    /** The way that would serve a stage, whose costs are known. */
    public int peek(TunedStage stage) {
        TunedClass of = known(stage);
        return of == null ? cheapest(stage.costs) : of.best(stage.costs);
    }

    /** The time of a stage on one thread, by what is known of its class. */
    double nanoseconds(TunedStage stage) {
        TunedClass of = known(stage);
        int best = of == null ? cheapest(stage.costs) : of.best(stage.costs);
        return of == null ? stage.costs[best] : of.scale * of.factor(best) * stage.costs[best];
    }

    /** Takes the times of a stage that was measured. */
    void close(TunedStage stage) {
        TunedClass of = stage.of;
        int way = stage.way;
        double time = stage.time();
        runs[stage.kind.number][way]++;
        of.inRow = stage.trial != TunedStage.NONE ? 0 : way == of.lastWay ? of.inRow + 1 : 1;
        of.lastWay = way;
        if (stage.whole) {
            double served = of.lastScale * of.factor(of.served) * stage.costs[of.served];
            of.spend(time);
            of.credit -= Math.max(time - served, LEAST_CHARGE * served);
            of.again = of.inRow < IN_ROW ? way : TunedStage.NONE;
            if (of.inRow >= IN_ROW) {
                add(stage, of.served, way, time / (of.lastScale * stage.costs[way]));
            }
            return;
        }
        of.spend(time + stage.excess(time));
        of.scale(time / (of.factor(way) * stage.costs[way]));
        if (stage.trial != TunedStage.NONE) {
            int trial = stage.trial;
            runs[stage.kind.number][trial]++;
            of.credit -= Math.max(stage.excess(time), LEAST_CHARGE * time);
            double ratio = stage.timeOfTrial() / time;
            add(stage, way, trial, of.factor(way) * ratio * stage.costs[way] / stage.costs[trial]);
        }
    }

    /** A way was tried beside the one that serves: that of the two which was measured less often takes the sample. */
    private void add(TunedStage stage, int served, int trial, double sample) {
        TunedClass of = stage.of;
        if (!(sample > 0 && sample < Double.POSITIVE_INFINITY)) {
            return; // the clock stood still
        }
        int[] cold = coldRuns[stage.kind.number];
        double surprise = sample / of.factor(trial);
        if (surprise > BEYOND && cold[trial]++ < COLD_RUNS || surprise < 1 / BEYOND && cold[served]++ < COLD_RUNS) {
            return;
        }
        if (of.trials[served] < of.trials[trial]) {
            of.add(served, of.factor(served) * of.factor(trial) / sample);
        } else {
            of.add(trial, sample);
        }
    }

    /** The class of a stage, which is made if there is none. */
    private TunedClass find(TunedStage stage) {
        long key = TunedClass.key(stage, stage.threads > 1);
        TunedClass found = find(key);
        return found == null ? make(stage, key) : found;
    }

    /** The class of a stage on any number of threads, or the most similar one; null where there is no choice. */
    private @Nullable TunedClass known(TunedStage stage) {
        if (stage.rows == 1 || !learns()) {
            return null;
        }
        TunedClass found = find(TunedClass.key(stage, stage.threads > 1));
        if (found == null) {
            found = find(TunedClass.key(stage, stage.threads == 1));
        }
        return found == null ? similar(stage) : found;
    }

    private @Nullable TunedClass find(long key) {
        for (int i = 0; i < PROBES; i++) {
            TunedClass at = classes[place(key, i)];
            if (at.key == key) {
                return at;
            }
        }
        return null;
    }

    private static int place(long key, int probe) {
        return (int) ((key * 0x9E3779B97F4A7C15L >>> 40) + probe) % CLASSES;
    }

    private synchronized TunedClass make(TunedStage stage, long key) {
        TunedClass oldest = classes[place(key, 0)];
        for (int i = 1; i < PROBES && oldest.key != 0; i++) {
            TunedClass at = classes[place(key, i)];
            if (at.key == 0 || at.used < oldest.used) {
                oldest = at;
            }
        }
        oldest.key = 0;
        oldest.start(stage, similar(stage));
        oldest.used = ++uses;
        oldest.key = key;
        return oldest;
    }

    /** The measured class that is most like a stage. */
    private @Nullable TunedClass similar(TunedStage stage) {
        TunedClass similar = null;
        for (TunedClass each : classes) {
            if (each.key != 0
                    && each.served != TunedStage.NONE
                    && each.kind == stage.kind
                    && (similar == null || each.distance(stage) < similar.distance(stage))) {
                similar = each;
            }
        }
        return similar;
    }

    /** Whether products learn; otherwise costs decide. */
    boolean learns() {
        return SimdWidth.VECTOR && (costs != null || !SpikeCosts.isFixed());
    }

    /** Where learning starts. */
    public SpikeCosts costs() {
        return costs == null ? SpikeCosts.inUse() : costs;
    }
}

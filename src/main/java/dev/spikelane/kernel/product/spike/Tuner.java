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
 * <p>A {@link TunedStage} asks once, before spikes are prepared, for all threads. Another way is tried in three steps,
 * two of them beside the one that serves:
 *
 * <ol>
 *   <li>on a small product, until C2 has compiled it;
 *   <li>on one block of all rows, which says whether it is worth a whole stage;
 *   <li>in two stages of its own, of which the second counts, right behind {@value #BEFORE} by the way that serves, so
 *       that whatever else the machine does holds up both. Of up to {@value #SAMPLES} such samples the median counts,
 *       and a way serves only after three of them.
 * </ol>
 *
 * <p>A way is never tried where its costs, and what was learned, are more than {@value #HOPELESS} times those of the
 * best. Whatever a moment has shown is tried again now and then. Learning takes at most a quarter of the time of a
 * class in its first second or its first {@value #FIRST_CALLS} calls, whichever is longer, and 1 percent from then on:
 * a trial that would take more waits. Stages below {@value #LEAST_NANOSECONDS} ns are not measured; of long ones the
 * time counts that threads have computed.
 *
 * <p>There are {@value #CLASSES} classes, made at once; the one that was not used for the longest time makes room for a
 * new one. Nothing is allocated later. Threads that use a class at the same time may lose each other's samples, which
 * costs time at most. {@code -Dspikelane.costs} says where
 * learning starts, and whether there is any.
 */
public final class Tuner {

    /** The most ways of a product. */
    static final int WAYS = 8;

    static final int CLASSES = 256;
    static final int SAMPLES = 5;
    static final int FIRST_CALLS = 50;
    static final double HOPELESS = 3;
    static final double LEAST_NANOSECONDS = 4_000;

    /** Stages by the way that serves with which a trial is compared, and those of a trial. */
    static final int BEFORE = 3;

    private static final int STAGES_OF_TRIAL = 2;
    /** What a stage that tries another way in whole may be estimated to take, so that it is not held up. */
    static final double MOST_OF_WHOLE = 1.8;

    /** Fewer blocks of outputs, of which one would be too much of a stage, are tried in whole at once. */
    static final int LEAST_BLOCKS = 4;

    /** Stages that are likely to be interrupted by other programs: their threads' own time is taken. */
    private static final double LONG_NANOSECONDS = 1_000_000;

    /** What a trial is charged with at least, as a part of its stage: it drives weights out of caches. */
    private static final double LEAST_CHARGE = 0.03;

    /** Of the stages of a settled class one in so many is measured; a power of 2. */
    private static final int SELDOM = 16;

    /**
     * Code that C2 has not compiled takes some hundred times as long. Where constants are so wrong that a few rows
     * always look like that, a number of runs must do.
     */
    static final double COLD = 16;

    private static final int MOST_RUNS = 2_000;

    /** Of so many questions and one the first is granted; one less than a power of 2. */
    private static final int ASKED_IN_VAIN = 3;

    private static final double SHARE_OF_REHEARSALS = 0.1;

    /** Places in which a class may be, from the one that its key says on. */
    private static final int PROBES = 8;

    /** The classes of this JVM. */
    public static final Tuner OF_JVM = new Tuner(null);

    private final LongSupplier clock;
    private final LongSupplier clockOfThread;
    private final @Nullable SpikeCosts costs;
    private final TunedClass[] classes = new TunedClass[CLASSES];
    /** How often a way ran on a few rows, to be compiled; {@link #MOST_RUNS} once it is. */
    private final int[][] runs = new int[Kind.values().length][WAYS];

    /** What rehearsals may take; less than 0 while they have taken too much. */
    private double forRehearsals;

    private volatile boolean hurries;
    private int uses;
    private int hurried;

    /** Products whose ways are compared with each other. */
    public enum Kind {
        SPIKES(0, "scalar active dense wide narrow lists permute"),
        INT8(1, "scalar active tables"),
        INT16(2, "scalar active tables"),
        /** Convolutions, by their maps. */
        WINDOWS(3, "unfolded window");

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

    long now(TunedStage stage) {
        return (stage.isLong ? clockOfThread : clock).getAsLong();
    }

    /** Chooses for a stage, whose costs are known, which way serves, and which one is tried. */
    void open(TunedStage stage) {
        TunedClass of = find(stage);
        stage.of = of;
        stage.key = of.key;
        int best = of.best(stage);
        double time = of.nanoseconds(stage.costs, best);
        stage.way = best;
        stage.look = TunedStage.NONE;
        stage.turn = TunedStage.NONE;
        of.calls++;
        of.used = ++uses;
        if (time < LEAST_NANOSECONDS) {
            of.settled = true;
            stage.rest();
            of.spend(time);
            return;
        }
        of.serve(best);
        boolean looks = !of.settled || (of.calls & SELDOM - 1) == 0;
        boolean warm = of.scale < COLD || of.calls > FIRST_CALLS;
        if (looks && warm && of.trying == TunedStage.NONE) {
            tryOther(stage, best, time);
        }
        int trying = of.trying; // read once, as another thread may end the trial meanwhile
        if (trying != TunedStage.NONE) {
            stage.turn = of.turn++;
            if (stage.turn >= BEFORE) {
                stage.way = trying;
            }
            if (stage.turn >= BEFORE + STAGES_OF_TRIAL - 1) {
                of.trying = TunedStage.NONE;
            }
        }
        stage.isLong = time >= LONG_NANOSECONDS;
        stage.measured = looks || stage.turn >= 0;
        forRehearsals = Math.min(0, forRehearsals + SHARE_OF_REHEARSALS * time);
        if (!stage.measured) {
            of.spend(time);
        }
    }

    /** Lets a stage try another way, or begins to compare one, if that does not cost too much. */
    private void tryOther(TunedStage stage, int best, double time) {
        TunedClass of = stage.of;
        int[] ofKind = runs[stage.kind.number];
        boolean free = hurries && !of.settled;
        int trial = of.next(stage, best, free || forRehearsals >= 0 ? 0 : MOST_RUNS, ofKind);
        if (trial == TunedStage.NONE) {
            return;
        }
        double ratio = of.ratio(stage.costs, trial, best);
        boolean cold = ofKind[trial] < MOST_RUNS;
        boolean whole = !cold && of.wantsWhole(trial, ratio, stage.blocks);
        double excess = whole ? STAGES_OF_TRIAL * (ratio - 1) * time : 2 * ratio * time / stage.blocks;
        if (!free && !cold && of.credit < excess) {
            return;
        }
        if (whole) {
            of.trying = trial;
            of.turn = 0;
        } else {
            stage.look = trial;
            stage.rehearses = cold;
        }
    }

    /** The way that would serve a stage, whose costs are known. */
    public int peek(TunedStage stage) {
        TunedClass of = known(stage);
        return of == null ? TunedClass.cheapest(stage.costs) : of.best(stage);
    }

    /** The time of a stage on one thread, by what is known of its class. */
    double nanoseconds(TunedStage stage) {
        TunedClass of = known(stage);
        return of == null ? stage.costs[TunedClass.cheapest(stage.costs)] : of.nanoseconds(stage.costs, of.best(stage));
    }

    /** Whether a class, which does not serve because of its number of rows, should be tried now and then. */
    boolean wantsTrial(TunedStage stage) {
        if (!learns()) {
            return false;
        }
        TunedClass of = ofAnyThreads(stage);
        return of == null || of.isFirst() && (of.asked++ & ASKED_IN_VAIN) == 0;
    }

    /** Whether code that costs so much took no longer than it may once it is compiled. */
    static boolean isWarm(long time, double cost) {
        return time < COLD * cost;
    }

    /** Takes the time of a small product by another way. */
    void rehearsed(TunedStage stage, long time, double cost) {
        int[] ofKind = runs[stage.kind.number];
        ofKind[stage.look] = isWarm(time, cost) ? MOST_RUNS : ofKind[stage.look] + 1;
        forRehearsals -= time;
    }

    /** Takes the time that another way took on one block. */
    void looked(TunedStage stage, long preparing, long block, long elapsed) {
        if (!stage.hasClass()) {
            return;
        }
        long all = stage.threads * preparing + block * stage.blocks;
        stage.of.look(stage.look, all / (stage.of.scale * stage.costs[stage.look]));
        stage.of.credit -= elapsed;
    }

    /** Takes the times of a stage that was measured. */
    void close(TunedStage stage) {
        if (!stage.hasClass()) {
            return;
        }
        TunedClass of = stage.of;
        double time = stage.time();
        double cost = stage.costs[stage.way];
        if (stage.turn < BEFORE) {
            of.served(stage.turn, time / (of.factor(stage.way) * cost));
        } else if (of.served != TunedStage.NONE) { // else the class has gone to other sizes since
            double served = of.nanoseconds(stage.costs, of.served);
            of.credit -= Math.max(time - served, LEAST_CHARGE * served);
            if (stage.turn == BEFORE + STAGES_OF_TRIAL - 1) {
                of.add(stage.way, time / cost);
            }
        }
        of.spend(time);
    }

    /** The class of a stage, which is made if there is none. */
    private TunedClass find(TunedStage stage) {
        long key = TunedClass.key(stage, stage.threads > 1);
        TunedClass found = find(key);
        return found == null ? make(stage, key) : found;
    }

    /** The class of a stage on any number of threads, or the most similar one; null where there is no choice. */
    private @Nullable TunedClass known(TunedStage stage) {
        if (!stage.hasChoice() || !learns()) {
            return null;
        }
        TunedClass found = ofAnyThreads(stage);
        return found == null ? similar(stage) : found;
    }

    private @Nullable TunedClass ofAnyThreads(TunedStage stage) {
        TunedClass found = find(TunedClass.key(stage, stage.threads > 1));
        return found == null ? find(TunedClass.key(stage, stage.threads == 1)) : found;
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

package dev.spikelane.choose;

import dev.spikelane.simd.SimdWidth;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among ways to compute the same bits: the variants of a product, and one thread or all for a stage. The choice
 * changes nothing but time.
 *
 * <p>Estimated costs ({@link CostConstants}) are the start. Constants that were measured on this CPU decide alone.
 * Otherwise stages are sorted into classes by kind, inputs, outputs, rows and density, the latter two in half octaves.
 * A class learns a factor for each way, which corrects its cost relative to the other ways. The way with the smallest
 * product of factor and cost serves. A new class copies the factors of the most similar one.
 *
 * <p>Factors are learned only during warm-up; later calls try and measure nothing. A way first runs on a few rows until
 * C2 has compiled it. A trial is {@value #BEFORE} stages by the way that serves, then {@value #TRIED} stages by another
 * way, of which the last counts, so that other load on the machine slows both. The median of the last {@value #SAMPLES}
 * trials is the factor. A way is never tried if its cost and its learned time both exceed {@value #HOPELESS} times the
 * best.
 *
 * <p>All classes are allocated at once; a new one replaces the one least recently used. Threads that use a class at the
 * same time may lose each other's samples, which costs only time.
 */
public final class Chooser {

    static final int WAYS = 8;

    static final int CLASSES = 256;
    static final int BEFORE = 3;
    static final int TRIED = 2;
    static final int SAMPLES = 3;
    static final double HOPELESS = 3;

    /** Shortest stage that the clock can measure. */
    private static final double LEAST_NANOSECONDS = 1_000;

    /** Stages between two trials of a class whose ways are all known. */
    private static final int LATER = 128;

    /** A way counts as compiled below this many times its cost; before, it takes some hundred times as long. */
    private static final double COLD = 16;

    /** Most runs on a few rows: if the cost of a way is far too low, it never counts as compiled by its time. */
    private static final int MOST_RUNS = 300;

    /** Slots to search for a class, starting at the one of its hash. */
    private static final int PROBES = 8;

    private static final long FRACTION = (1L << 52) - 1;
    private static final long FRACTION_OF_HALF = Double.doubleToRawLongBits(Math.sqrt(2)) & FRACTION;

    public static final Chooser OF_JVM = new Chooser(System::nanoTime, null);

    /** True during warm-up. */
    private static volatile boolean learnsThreads;

    /** True during a warm-up that also learns variants of products. */
    private static volatile boolean learnsProducts;

    /** Number of stages during warm-up whose class was not settled. Reading it does not reset it. */
    private static final AtomicLong UNSETTLED = new AtomicLong();

    final LongSupplier clock;
    private final @Nullable CostConstants costs;
    private final StageClass[] classes = new StageClass[CLASSES];
    /** Runs of each way on a few rows; {@link #MOST_RUNS} once it is compiled. */
    private final int[][] runs = new int[Kind.values().length][WAYS];

    private int uses;

    /** The kinds of stages; each has ways and classes of its own. */
    public enum Kind {
        SPIKES(0),
        INT8(1),
        INT16(2),
        /** Convolutions: products of unfolded rows, or sliding windows. */
        WINDOWS(3),
        /** Products with at most 16 outputs: ordinary, or by loops for few outputs. */
        FEW(4),
        /** Stages on one thread or on all. */
        THREADS(5),
        INT4(6),
        TERNARY(7);

        final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    /**
     * Creates a chooser.
     *
     * @param costs the costs to start from; null for the costs in use, which may be fixed
     */
    public Chooser(LongSupplier clock, @Nullable CostConstants costs) {
        this.clock = clock;
        this.costs = costs;
        Arrays.setAll(classes, i -> new StageClass());
    }

    /** Factors of the ways for stages of similar size and density. */
    static final class StageClass {

        static final StageClass NOTHING = new StageClass();

        /** The key of the class; 0 if this is free. */
        long key;

        private int used;
        private Kind kind = Kind.SPIKES;
        private final int[] shape = new int[4];
        private final double[] factors = new double[WAYS];
        final int[] trials = new int[WAYS];
        private final double[] samples = new double[WAYS * SAMPLES];
        private final double[] before = new double[BEFORE];

        /** The way that serves and the way that is tried, and the number of their next stage in the trial. */
        private int served;

        private int trying = StageChoice.NONE;
        private int turn;
        /** Stages until the next trial of a settled class. */
        private int wait;

        private boolean settled;

        private StageClass() {
            Arrays.fill(factors, 1);
        }

        private void start(StageChoice choice, @Nullable StageClass similar) {
            kind = choice.kind;
            for (int i = 0; i < shape.length; i++) {
                shape[i] = side(choice, i);
            }
            System.arraycopy((similar == null ? NOTHING : similar).factors, 0, factors, 0, WAYS);
            Arrays.fill(trials, 0);
            trying = StageChoice.NONE;
            settled = false;
        }

        private static int side(StageChoice choice, int number) {
            return switch (number) {
                case 0 -> halfOctaves(choice.rows);
                case 1 -> halfOctaves(choice.density);
                case 2 -> halfOctaves(choice.inputs);
                default -> 2 * halfOctaves(choice.outputs);
            };
        }

        private int distance(StageChoice choice) {
            int distance = 0;
            for (int i = 0; i < shape.length; i++) {
                distance += Math.abs(shape[i] - side(choice, i));
            }
            return distance;
        }

        private int best(double[] ofWays) {
            int best = 0;
            for (int way = 1; way < WAYS; way++) {
                best = factors[way] * ofWays[way] < factors[best] * ofWays[best] ? way : best;
            }
            return best;
        }

        /** Returns the way to try next: the most promising one with too few trials, or else the one with the fewest. */
        private int next(double[] ofWays, int best) {
            int next = StageChoice.NONE;
            int again = StageChoice.NONE;
            double least = Double.POSITIVE_INFINITY;
            for (int way = 0; way < WAYS; way++) {
                double ofCosts = ofWays[way] / ofWays[best];
                double ratio = ofCosts * factors[way] / factors[best];
                // Both must be hopeless: one slow moment may have spoiled the learned factor.
                if (way == best || !(Math.min(ratio, ofCosts) <= HOPELESS)) {
                    continue;
                }
                if (trials[way] >= SAMPLES) {
                    again = again == StageChoice.NONE || trials[way] < trials[again] ? way : again;
                } else if (ratio < least) {
                    least = ratio;
                    next = way;
                }
            }
            settled = next == StageChoice.NONE;
            return settled ? again : next;
        }

        private void take(StageChoice choice, double time) {
            int way = choice.way;
            if (choice.turn < BEFORE) {
                before[choice.turn] = time / (factors[way] * choice.costs[way]);
                return;
            }
            double sample = time / choice.costs[way] / median(before, 0);
            if (choice.turn == BEFORE + TRIED - 1 && sample > 0 && sample < Double.POSITIVE_INFINITY) {
                samples[way * SAMPLES + trials[way] % SAMPLES] = sample;
                trials[way]++;
                if (trials[way] >= SAMPLES) {
                    factors[way] = median(samples, way * SAMPLES);
                }
            }
        }

        private static double median(double[] values, int first) {
            double least = Math.min(values[first], values[first + 1]);
            double most = Math.max(values[first], values[first + 1]);
            return Math.max(least, Math.min(most, values[first + 2]));
        }
    }

    /**
     * Sets whether stages learn, which is during warm-up.
     *
     * @param threads true if short stages learn whether threads share them
     * @param products true if products learn their fastest variant, for which C2 compiles all variants
     */
    public static void setLearning(boolean threads, boolean products) {
        learnsThreads = threads;
        learnsProducts = products;
    }

    /**
     * Returns the number of stages during warm-up whose class was not settled. It stays the same once all classes are
     * known.
     */
    public static long unsettled() {
        return UNSETTLED.get();
    }

    /** Returns the number of half octaves from 1 to a number, rounded down. */
    static int halfOctaves(double number) {
        long fraction = Double.doubleToRawLongBits(number) & FRACTION;
        return 2 * Math.getExponent(number) + (fraction >= FRACTION_OF_HALF ? 1 : 0);
    }

    /** Returns true if products learn; otherwise costs decide. */
    public boolean learns() {
        return SimdWidth.VECTOR && (costs != null || !CostConstants.isFixed());
    }

    private boolean learns(Kind kind) {
        return kind == Kind.THREADS || learns();
    }

    /** Returns the costs to start from. */
    public CostConstants costs() {
        return costs == null ? CostConstants.inUse() : costs;
    }

    /** Returns the way that serves a choice, whose costs are set. */
    int best(StageChoice choice) {
        return (learns(choice.kind) ? find(choice) : StageClass.NOTHING).best(choice.costs);
    }

    /** Returns true if the class of a stage still has ways to try. */
    public boolean wantsTrial(StageChoice choice) {
        return learnsProducts && learns(choice.kind) && !find(choice).settled;
    }

    /** Chooses the way that serves or is tried for a choice, whose costs are set. */
    void open(StageChoice choice) {
        choice.turn = StageChoice.NONE;
        choice.rehearsedWay = StageChoice.NONE;
        if (!learns(choice.kind)) {
            choice.way = StageClass.NOTHING.best(choice.costs);
            return;
        }
        StageClass stageClass = find(choice);
        choice.way = stageClass.best(choice.costs);
        if (!(choice.kind == Kind.THREADS ? learnsThreads : learnsProducts)
                || choice.costs[choice.way] < LEAST_NANOSECONDS) {
            return;
        }
        choice.stageClass = stageClass;
        choice.key = stageClass.key;
        if (stageClass.trying == StageChoice.NONE && (!stageClass.settled || --stageClass.wait <= 0)) {
            begin(choice, stageClass);
        }
        int trying = stageClass.trying; // read once: another thread may end the trial meanwhile
        int served = stageClass.served;
        // Another stage of the class may have begun the trial, with ways that this stage lacks.
        if (trying != StageChoice.NONE
                && Math.max(choice.costs[trying], choice.costs[served]) < Double.POSITIVE_INFINITY) {
            choice.turn = stageClass.turn++;
            choice.way = choice.turn < BEFORE ? served : trying;
            if (choice.turn >= BEFORE + TRIED - 1) {
                stageClass.trying = StageChoice.NONE;
            }
        }
        if (!stageClass.settled) {
            UNSETTLED.incrementAndGet();
        }
    }

    private void begin(StageChoice choice, StageClass stageClass) {
        int next = stageClass.next(choice.costs, choice.way);
        stageClass.wait = LATER;
        if (next == StageChoice.NONE) {
            return;
        }
        int cold = isCold(choice.kind, choice.way) ? choice.way : next;
        if (isCold(choice.kind, cold)) {
            choice.rehearsedWay = cold;
        } else {
            stageClass.served = choice.way;
            stageClass.turn = 0;
            stageClass.trying = next;
        }
    }

    /** Returns true if C2 has yet to compile a way. */
    private boolean isCold(Kind kind, int way) {
        return kind != Kind.THREADS && runs[kind.number][way] < MOST_RUNS;
    }

    /** Records the time of a few rows by the way that is to be compiled. */
    void rehearsed(StageChoice choice, long time, double cost) {
        int[] ofKind = runs[choice.kind.number];
        ofKind[choice.rehearsedWay] = time < COLD * cost ? MOST_RUNS : ofKind[choice.rehearsedWay] + 1;
    }

    /** Records the time of a stage of a trial, summed over all threads. */
    void close(StageChoice choice, double time) {
        if (choice.stageClass.key == choice.key) { // else the class was replaced meanwhile
            choice.stageClass.take(choice, time);
        }
    }

    /** Returns the class of a choice; a new class starts with the factors of the most similar one. */
    private StageClass find(StageChoice choice) {
        long key = choice.key();
        int first = (int) (key * 0x9E3779B97F4A7C15L >>> 40);
        StageClass oldest = classes[first % CLASSES];
        for (int i = 0; i < PROBES; i++) {
            StageClass at = classes[(first + i) % CLASSES];
            if (at.key == key) {
                at.used = ++uses;
                return at;
            }
            oldest = at.used - oldest.used < 0 ? at : oldest;
        }
        return make(oldest, choice, key);
    }

    private synchronized StageClass make(StageClass oldest, StageChoice choice, long key) {
        StageClass similar = null;
        for (StageClass each : classes) {
            boolean compares = each.key != 0 && each.kind == choice.kind && choice.kind != Kind.THREADS;
            if (compares && (similar == null || each.distance(choice) < similar.distance(choice))) {
                similar = each;
            }
        }
        oldest.key = 0;
        oldest.start(choice, similar);
        oldest.used = ++uses;
        oldest.key = key;
        return oldest;
    }
}

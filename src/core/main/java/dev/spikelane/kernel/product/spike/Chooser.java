package dev.spikelane.kernel.product.spike;

import dev.spikelane.simd.SimdWidth;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among the ways to do the same: the variants of a product, and whether threads share a stage. All ways give
 * the same bits, so nothing but time depends on it.
 *
 * <p>What costs say of a way ({@link CostModel}) is where it starts; where they were measured on this CPU they decide
 * alone. Elsewhere stages are sorted into classes by kind, inputs, outputs, and, half an octave wide, rows and density.
 * A class knows for each way a factor by which costs are wrong, against those of the others, and the way with the
 * smallest product of factor and costs serves. A new class takes the factors of the most similar one.
 *
 * <p>Factors are learned while somebody warms up, and never in a call that somebody waits for: there no way is tried,
 * and nothing is measured. Ways first run on a few rows until C2 has compiled them; then another way runs in
 * {@value #TRIED} stages of its own, of which the last counts, right behind {@value #BEFORE} by the way that serves, so
 * that whatever else the machine does holds up both. The median of the last {@value #SAMPLES} such trials is its
 * factor. A way is never tried where its costs, and what was learned, are more than {@value #HOPELESS} times those of
 * the best.
 *
 * <p>All classes are made at once, and the one that was not used for the longest time makes room for a new one, so that
 * nothing is allocated later. Threads that use a class at the same time may lose each other's samples, which costs
 * time at most.
 */
public final class Chooser {

    /** The most ways. */
    static final int WAYS = 8;

    static final int CLASSES = 256;
    static final int BEFORE = 3;
    static final int TRIED = 2;
    static final int SAMPLES = 3;
    static final double HOPELESS = 3;

    /** Shorter stages are too short for a clock. */
    private static final double LEAST_NANOSECONDS = 1_000;

    /** Stages between two trials of a class that knows all of its ways. */
    private static final int LATER = 128;

    /** Code that C2 has not compiled takes some hundred times as long. */
    private static final double COLD = 16;

    /** Where constants are so wrong that a few rows always look like that, a number of runs must do. */
    private static final int MOST_RUNS = 300;

    /** Places in which a class may be, from the one that its key says on. */
    private static final int PROBES = 8;

    private static final long FRACTION = (1L << 52) - 1;
    private static final long FRACTION_OF_HALF = Double.doubleToRawLongBits(Math.sqrt(2)) & FRACTION;

    /** The one of this JVM. */
    public static final Chooser OF_JVM = new Chooser(System::nanoTime, null);

    /** Whether somebody warms up, and learns which ways of products are the fastest as well. */
    private static volatile boolean hurries;

    private static volatile boolean tries;

    /** How many stages of those who warm up were of classes that are not known: who asks for it takes from nobody. */
    private static final AtomicLong UNSETTLED = new AtomicLong();

    final LongSupplier clock;
    private final @Nullable CostModel costs;
    private final Known[] classes = new Known[CLASSES];
    /** How often a way ran on a few rows to be compiled; {@link #MOST_RUNS} once it is. */
    private final int[][] runs = new int[Kind.values().length][WAYS];

    private int uses;

    /** What is chosen. */
    public enum Kind {
        SPIKES(0),
        INT8(1),
        INT16(2),
        /** Convolutions by their maps: of unfolded rows, or by windows that slide. */
        WINDOWS(3),
        /** Products of at most 16 outputs: as any, or for few outputs. */
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

    /** Starts from costs; null for those in use, which may be fixed. */
    public Chooser(LongSupplier clock, @Nullable CostModel costs) {
        this.clock = clock;
        this.costs = costs;
        Arrays.setAll(classes, i -> new Known());
    }

    /** What is known of stages of like size and density. */
    static final class Known {

        static final Known NOTHING = new Known();

        /** 0 if this is free. */
        long key;

        private int used;
        private Kind kind = Kind.SPIKES;
        private final int[] shape = new int[4];
        private final double[] factors = new double[WAYS];
        final int[] trials = new int[WAYS];
        private final double[] samples = new double[WAYS * SAMPLES];
        private final double[] before = new double[BEFORE];

        /** The way that serves beside a trial, the way that is tried, and the next of their stages. */
        private int served;

        private int trying = StageChoice.NONE;
        private int turn;
        /** Stages until the next trial of a class that is settled. */
        private int wait;

        private boolean settled;

        private Known() {
            Arrays.fill(factors, 1);
        }

        private void start(StageChoice choice, @Nullable Known similar) {
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

        /** The way to try next: first those that are not known yet, the most promising one of them first. */
        private int next(double[] ofWays, int best) {
            int next = StageChoice.NONE;
            int again = StageChoice.NONE;
            double least = Double.POSITIVE_INFINITY;
            for (int way = 0; way < WAYS; way++) {
                double ofCosts = ofWays[way] / ofWays[best];
                double ratio = ofCosts * factors[way] / factors[best];
                // A moment may have shown more than what costs say of it.
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

        private static double median(double[] of, int first) {
            double least = Math.min(of[first], of[first + 1]);
            double most = Math.max(of[first], of[first + 1]);
            return Math.max(least, Math.min(most, of[first + 2]));
        }
    }

    /**
     * Says whether ways that are not known are tried: while somebody warms up.
     *
     * @param threads whether short stages learn if threads share them
     * @param products whether products learn too, which has C2 compile all of their ways
     */
    public static void hurry(boolean threads, boolean products) {
        hurries = threads;
        tries = products;
    }

    /**
     * Counts stages of those who warm up that were of classes which are not known.
     *
     * @return a number that stays the same where none waits to be learned
     */
    public static long unsettled() {
        return UNSETTLED.get();
    }

    /** Half octaves from 1 to a number, rounded down. */
    static int halfOctaves(double number) {
        long fraction = Double.doubleToRawLongBits(number) & FRACTION;
        return 2 * Math.getExponent(number) + (fraction >= FRACTION_OF_HALF ? 1 : 0);
    }

    /** Tells whether products learn; otherwise costs decide. */
    public boolean learns() {
        return SimdWidth.VECTOR && (costs != null || !CostModel.isFixed());
    }

    private boolean learns(Kind kind) {
        return kind == Kind.THREADS || learns();
    }

    /** Where learning starts. */
    public CostModel costs() {
        return costs == null ? CostModel.inUse() : costs;
    }

    /** The way that serves a choice, whose costs are known. */
    int best(StageChoice choice) {
        return (learns(choice.kind) ? find(choice) : Known.NOTHING).best(choice.costs);
    }

    /** Whether a class, which does not serve because of its number of rows, waits to be tried. */
    boolean wantsTrial(StageChoice choice) {
        return tries && learns(choice.kind) && !find(choice).settled;
    }

    /** Chooses for a choice, whose costs are known, which way serves, or is tried. */
    void open(StageChoice choice) {
        choice.turn = StageChoice.NONE;
        choice.other = StageChoice.NONE;
        if (!learns(choice.kind)) {
            choice.way = Known.NOTHING.best(choice.costs);
            return;
        }
        Known of = find(choice);
        choice.way = of.best(choice.costs);
        if (!(choice.kind == Kind.THREADS ? hurries : tries) || choice.costs[choice.way] < LEAST_NANOSECONDS) {
            return;
        }
        choice.of = of;
        choice.key = of.key;
        if (of.trying == StageChoice.NONE && (!of.settled || --of.wait <= 0)) {
            begin(choice, of);
        }
        int trying = of.trying; // read once, as another thread may end the trial meanwhile
        int served = of.served;
        // A stage of the same class may have begun it that has ways which cannot serve this one.
        if (trying != StageChoice.NONE
                && Math.max(choice.costs[trying], choice.costs[served]) < Double.POSITIVE_INFINITY) {
            choice.turn = of.turn++;
            choice.way = choice.turn < BEFORE ? served : trying;
            if (choice.turn >= BEFORE + TRIED - 1) {
                of.trying = StageChoice.NONE;
            }
        }
        if (!of.settled) {
            UNSETTLED.incrementAndGet();
        }
    }

    private void begin(StageChoice choice, Known of) {
        int next = of.next(choice.costs, choice.way);
        of.wait = LATER;
        if (next == StageChoice.NONE) {
            return;
        }
        int cold = isCold(choice.kind, choice.way) ? choice.way : next;
        if (isCold(choice.kind, cold)) {
            choice.other = cold;
        } else {
            of.served = choice.way;
            of.turn = 0;
            of.trying = next;
        }
    }

    /** Whether C2 has to compile a way before it is measured. */
    private boolean isCold(Kind kind, int way) {
        return kind != Kind.THREADS && runs[kind.number][way] < MOST_RUNS;
    }

    /** Takes the time of a few rows by another way. */
    void rehearsed(StageChoice choice, long time, double cost) {
        int[] ofKind = runs[choice.kind.number];
        ofKind[choice.other] = time < COLD * cost ? MOST_RUNS : ofKind[choice.other] + 1;
    }

    /** Takes the time of a stage of a comparison, on all threads together. */
    void close(StageChoice choice, double time) {
        if (choice.of.key == choice.key) { // else the class has gone to other sizes since
            choice.of.take(choice, time);
        }
    }

    /** What is known of a choice; a class that is new begins with what is known of the most similar one. */
    private Known find(StageChoice choice) {
        long key = choice.key();
        int first = (int) (key * 0x9E3779B97F4A7C15L >>> 40);
        Known oldest = classes[first % CLASSES];
        for (int i = 0; i < PROBES; i++) {
            Known at = classes[(first + i) % CLASSES];
            if (at.key == key) {
                at.used = ++uses;
                return at;
            }
            oldest = at.used - oldest.used < 0 ? at : oldest;
        }
        return make(oldest, choice, key);
    }

    private synchronized Known make(Known oldest, StageChoice choice, long key) {
        Known similar = null;
        for (Known each : classes) {
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

package dev.spikelane.kernel.product.spike;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is known of products of like size and density. */
final class TunedClass {

    private static final int FEW_SAMPLES = 3;

    /** Looks at one block, where the first says that a way is too slow for a whole stage. */
    private static final int LOOKS = 2;

    /** How far from what a look has shown a sample must be to be left out, and how often that may be. */
    private static final double BEYOND = 2;

    private static final int MOST_LOOKS = 6;

    /** Ways that are estimated at less than that are measured {@link Tuner#SAMPLES} times, others less often. */
    private static final double NEAR = 1.25;

    private static final double FIRST_NANOSECONDS = 1e9;

    /** Less than what is allowed, as a trial may take longer than it is estimated. */
    private static final double FIRST_SHARE = 0.15;

    private static final double LATER_SHARE = 0.01;

    private static final long FRACTION = (1L << 52) - 1;
    private static final long FRACTION_OF_HALF = Double.doubleToRawLongBits(Math.sqrt(2)) & FRACTION;
    private static final double DOWN = 0.5;
    private static final double UP = 0.1;

    /** 0 if this is free. */
    long key;

    int used;
    Tuner.Kind kind = Tuner.Kind.SPIKES;
    private int rows;
    private int density;
    private int inputs;
    private int outputs;
    private boolean shared;
    /** By how much costs are wrong, against those of the other ways; 0 where nothing is known. */
    private final double[] factors = new double[Tuner.WAYS];

    /** That of the way that serves, which ways have of which nothing is known. */
    private double common = 1;

    /** By how much all costs are wrong on this machine. */
    double scale = 1;

    private boolean scaled;
    private final int[] looks = new int[Tuner.WAYS];
    private final int[] trials = new int[Tuner.WAYS];
    /** The call in which a way was tried last. */
    private final int[] lastCall = new int[Tuner.WAYS];

    private final float[] samples = new float[Tuner.WAYS * Tuner.SAMPLES];

    /** The way that serves; {@link TunedStage#NONE} before the first stage. */
    int served = TunedStage.NONE;

    /** The way that is compared with it, and the next of the stages that take part. */
    int trying = TunedStage.NONE;

    int turn;
    /** Scales of the stages before a trial. */
    private final float[] before = new float[Tuner.BEFORE];

    /** Whether no way waits to be tried. */
    boolean settled;

    int calls;
    int asked;
    private double spent;
    /** What trials may take now. */
    double credit;

    void start(TunedStage stage, @Nullable TunedClass similar) {
        kind = stage.kind;
        rows = halfOctaves(stage.rows);
        density = halfOctaves(stage.density());
        inputs = stage.inputs;
        outputs = stage.outputs;
        shared = stage.threads > 1;
        if (similar == null) {
            Arrays.fill(factors, 0);
            common = 1;
            scale = 1;
        } else {
            System.arraycopy(similar.factors, 0, factors, 0, Tuner.WAYS);
            common = similar.common;
            scale = similar.scale;
        }
        scaled = false;
        Arrays.fill(looks, 0);
        Arrays.fill(trials, 0);
        Arrays.fill(lastCall, 0);
        served = TunedStage.NONE;
        trying = TunedStage.NONE;
        settled = false;
        calls = 0;
        asked = 0;
        spent = 0;
        credit = 0;
    }

    static long key(TunedStage stage, boolean shared) {
        long size = (long) stage.inputs << 20 ^ stage.outputs;
        int bucket = (halfOctaves(stage.rows) << 8 | halfOctaves(stage.density()) + 128) << 4 | stage.kind.number;
        return (size << 1 | (shared ? 1 : 0)) << 20 | bucket << 1 | 1;
    }

    /** Half octaves from 1 to a number, rounded down. */
    private static int halfOctaves(double number) {
        long fraction = Double.doubleToRawLongBits(number) & FRACTION;
        return 2 * Math.getExponent(number) + (fraction >= FRACTION_OF_HALF ? 1 : 0);
    }

    int distance(TunedStage stage) {
        return Math.abs(rows - halfOctaves(stage.rows))
                + Math.abs(density - halfOctaves(stage.density()))
                + 2 * Math.abs(halfOctaves(outputs) - halfOctaves(stage.outputs))
                + Math.abs(halfOctaves(inputs) - halfOctaves(stage.inputs));
    }

    double factor(int way) {
        return factors[way] == 0 ? common : factors[way];
    }

    double ratio(double[] costs, int way, int best) {
        return factor(way) * costs[way] / (factor(best) * costs[best]);
    }

    double nanoseconds(double[] costs, int way) {
        return scale * factor(way) * costs[way];
    }

    /** The way that costs least. */
    static int cheapest(double[] costs) {
        int best = 0;
        for (int way = 1; way < Tuner.WAYS; way++) {
            best = costs[way] < costs[best] ? way : best;
        }
        return best;
    }

    /** The way that serves, or would serve others than these: once one has served, none that was not tried. */
    int best(TunedStage stage) {
        boolean any = served == TunedStage.NONE || distance(stage) > 0;
        int best = TunedStage.NONE;
        double least = Double.POSITIVE_INFINITY;
        for (int way = 0; way < Tuner.WAYS; way++) {
            boolean may = any || way == served || trials[way] >= FEW_SAMPLES;
            if (may && factor(way) * stage.costs[way] < least) {
                best = way;
                least = factor(way) * stage.costs[way];
            }
        }
        return best == TunedStage.NONE ? cheapest(stage.costs) : best;
    }

    void serve(int way) {
        common = factor(way);
        factors[way] = common;
        looks[way] = Math.max(1, looks[way]);
        served = way;
    }

    /** Whether a way should be tried in whole next, not on one block. */
    boolean wantsWhole(int way, double ratio, int blocks) {
        return blocks < Tuner.LEAST_BLOCKS || (looks[way] > 0 || trials[way] > 0) && ratio < Tuner.MOST_OF_WHOLE;
    }

    /**
     * The way to try next: first those that are not known yet, the most promising one of them first.
     *
     * @param least runs that a way must have behind it to be tried now
     */
    int next(TunedStage stage, int best, int least, int[] runs) {
        double[] costs = stage.costs;
        int blocks = stage.blocks;
        int next = TunedStage.NONE;
        int onceMore = TunedStage.NONE;
        boolean knowsAll = true;
        double leastRatio = Double.POSITIVE_INFINITY;
        double longest = 0;
        double most = blocks < Tuner.LEAST_BLOCKS ? Tuner.MOST_OF_WHOLE : Tuner.HOPELESS;
        for (int way = 0; way < Tuner.WAYS; way++) {
            double ratio = ratio(costs, way, best);
            // A moment may have shown more than what costs say of it.
            if (way == best || !(Math.min(ratio, costs[way] / costs[best]) <= most)) {
                continue;
            }
            boolean waits = wantsWhole(way, ratio, blocks)
                    ? trials[way] < (ratio < NEAR ? Tuner.SAMPLES : FEW_SAMPLES)
                    : looks[way] < LOOKS;
            double since = (calls - lastCall[way]) / ratio;
            knowsAll &= !waits;
            if (runs[way] < least) {
                continue;
            }
            if (waits && ratio < leastRatio) {
                leastRatio = ratio;
                next = way;
            } else if (since > longest) {
                longest = since;
                onceMore = way;
            }
        }
        if (knowsAll && !settled) {
            settled = true;
            credit = 0;
        }
        return settled && next == TunedStage.NONE ? onceMore : next;
    }

    /** Takes how much longer a way takes than it costs, by one block: enough to know whether it is worth a stage. */
    void look(int way, double sample) {
        if (isNumber(sample)) {
            factors[way] = looks[way] > 0 && trials[way] == 0 ? Math.min(factors[way], sample) : sample;
            looks[way]++;
            trials[way] = 0;
            lastCall[way] = calls;
        }
    }

    /** Takes the time of the way that serves, over its costs. */
    void served(int ofTrial, double newScale) {
        if (ofTrial >= 0) {
            before[ofTrial] = (float) newScale;
        }
        if (!scaled) {
            scale = newScale;
            scaled = true;
        } else {
            scale += (Math.min(newScale, 2 * scale) - scale) * (newScale < scale ? DOWN : UP);
        }
    }

    /** Takes the time of another way, over its costs. */
    void add(int way, double time) {
        double sample = time / lowerMedian(before, 0, Tuner.BEFORE);
        if (sample > BEYOND * factor(way) && looks[way] < MOST_LOOKS) {
            looks[way]++; // code that C2 has to compile again
        } else if (isNumber(sample)) {
            samples[way * Tuner.SAMPLES + trials[way] % Tuner.SAMPLES] = (float) sample;
            trials[way]++;
            lastCall[way] = calls;
            factors[way] = lowerMedian(samples, way * Tuner.SAMPLES, Math.min(trials[way], Tuner.SAMPLES));
        }
    }

    /** Whether the clock went on. */
    private static boolean isNumber(double sample) {
        return sample > 0 && sample < Double.POSITIVE_INFINITY;
    }

    void spend(double nanoseconds) {
        boolean first = isFirst();
        spent += scale < Tuner.COLD ? nanoseconds : 0;
        credit += nanoseconds * (first ? FIRST_SHARE : LATER_SHARE);
        if (!first) {
            credit = Math.min(credit, nanoseconds);
        }
    }

    /** Whether it learns as fast as it may. */
    boolean isFirst() {
        return !settled && (spent < FIRST_NANOSECONDS || calls <= Tuner.FIRST_CALLS);
    }

    private static float lowerMedian(float[] numbers, int from, int count) {
        for (int i = from; i < from + count; i++) {
            int below = 0;
            for (int j = from; j < from + count; j++) {
                below += numbers[j] < numbers[i] || numbers[j] == numbers[i] && j < i ? 1 : 0;
            }
            if (below == (count - 1) / 2) {
                return numbers[i];
            }
        }
        return numbers[from]; // another thread adds samples
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s %d -> %d, %.0f rows, density %.3f%s: %s%s",
                kind.name().toLowerCase(Locale.ROOT),
                inputs,
                outputs,
                Math.pow(2, rows / 2.0),
                Math.pow(2, density / 2.0),
                shared ? ", shared" : "",
                kind.nameOf(served),
                settled ? "" : " so far");
    }
}

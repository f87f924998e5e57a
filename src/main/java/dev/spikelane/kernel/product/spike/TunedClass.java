package dev.spikelane.kernel.product.spike;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is known of products of like size and density. */
final class TunedClass {

    private static final int FEW_SAMPLES = 3;

    /** Ways that are estimated at less than that are measured {@link Tuner#SAMPLES} times, others less often. */
    private static final double NEAR = 1.25;

    /** By how much times drift, and for how many measured stages in a row, until the class looks again. */
    private static final double DRIFT = 1.33;

    private static final int DRIFTS = 8;

    private static final double FIRST_NANOSECONDS = 1e9;

    /** Less than what is allowed, as a trial may take longer than it is estimated. */
    private static final double FIRST_SHARE = 0.2;

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
    /** By how much costs are wrong, against those of the other ways, for those that are known. */
    private final double[] factors = new double[Tuner.WAYS];

    final boolean[] known = new boolean[Tuner.WAYS];
    /** The factor of those that are not known: that of the way that serves. */
    private double common = 1;

    private final float[] samples = new float[Tuner.WAYS * Tuner.SAMPLES];
    final int[] trials = new int[Tuner.WAYS];
    /** By how much all costs are wrong on this machine. */
    double scale = 1;

    private boolean scaled;
    /** By how much they were wrong in the last stage that was measured and tried nothing. */
    double lastScale = 1;

    /** The way of the last stage that was measured, and of how many in a row. */
    int lastWay = TunedStage.NONE;

    int inRow;
    /** The way that is tried once more in the next stage. */
    int again = TunedStage.NONE;
    /** What it was when the class settled. */
    private double settledScale;

    private int drifting;
    /** Whether no way waits to be tried. */
    boolean settled;

    int served = TunedStage.NONE;
    int calls;
    private double spent;
    /** What trials may take now. */
    double credit;

    void start(TunedStage stage, @Nullable TunedClass similar) {
        kind = stage.kind;
        rows = halfOctaves(stage.rows);
        density = halfOctaves(stage.density());
        inputs = stage.inputs;
        outputs = stage.outputs;
        Arrays.fill(trials, 0);
        if (similar == null) {
            Arrays.fill(known, false);
            common = 1;
            scale = 1;
        } else {
            System.arraycopy(similar.factors, 0, factors, 0, Tuner.WAYS);
            System.arraycopy(similar.known, 0, known, 0, Tuner.WAYS);
            common = similar.common;
            scale = similar.scale;
        }
        scaled = false;
        again = TunedStage.NONE;
        lastWay = TunedStage.NONE;
        inRow = 0;
        drifting = 0;
        settled = false;
        served = TunedStage.NONE;
        calls = 0;
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
        return known[way] || trials[way] > 0 ? factors[way] : common;
    }

    /** The way that serves: once one has, none that is not known. */
    int best(double[] costs) {
        int best = TunedStage.NONE;
        double least = Double.POSITIVE_INFINITY;
        for (int way = 0; way < Tuner.WAYS; way++) {
            if ((known[way] || served == TunedStage.NONE) && factor(way) * costs[way] < least) {
                best = way;
                least = factor(way) * costs[way];
            }
        }
        return best == TunedStage.NONE ? Tuner.cheapest(costs) : best;
    }

    double ratio(double[] costs, int way, int best) {
        return factor(way) * costs[way] / (factor(best) * costs[best]);
    }

    /** The way to try next: first those that are not known yet, the most promising one of them first. */
    int next(double[] costs, int best, double most) {
        int next = TunedStage.NONE;
        int onceMore = TunedStage.NONE;
        int second = TunedStage.NONE;
        double least = Double.POSITIVE_INFINITY;
        double leastAgain = Double.POSITIVE_INFINITY;
        double leastOfAll = Double.POSITIVE_INFINITY;
        for (int way = 0; way < Tuner.WAYS; way++) {
            double ratio = ratio(costs, way, best);
            // A moment may have shown more than what costs say of it.
            if (way == best || !(ratio <= most || most == Tuner.HOPELESS && costs[way] <= most * costs[best])) {
                continue;
            }
            if (ratio < leastOfAll) {
                leastOfAll = ratio;
                second = way;
            }
            if (trials[way] < (ratio < NEAR ? Tuner.SAMPLES : FEW_SAMPLES)) {
                if (ratio < least) {
                    least = ratio;
                    next = way;
                }
            } else if (ratio * (Tuner.SAMPLES + trials[way]) < leastAgain) {
                leastAgain = ratio * (Tuner.SAMPLES + trials[way]);
                onceMore = way;
            }
        }
        if (next == TunedStage.NONE && trials[best] < Tuner.SAMPLES) {
            next = second; // beside which the way that serves is measured again
        }
        boolean knowsAll = next == TunedStage.NONE;
        if (knowsAll && !settled) {
            settledScale = scale;
            credit = 0;
        }
        settled = knowsAll;
        return knowsAll ? onceMore : next;
    }

    void serve(int way) {
        common = factor(way);
        factors[way] = common;
        known[way] = true;
        boolean first = served == TunedStage.NONE;
        served = way;
        if (first) {
            startFromServed();
        }
    }

    /** Nothing is known but the way that serves, against which the others are measured. */
    private void startFromServed() {
        Arrays.fill(trials, 0);
        trials[served] = Tuner.SAMPLES;
        Arrays.fill(samples, served * Tuner.SAMPLES, served * Tuner.SAMPLES + Tuner.SAMPLES, (float) factors[served]);
    }

    /** Takes the time of the way that serves, over its costs. */
    void scale(double newScale) {
        lastScale = newScale;
        if (!scaled) {
            scale = newScale;
            scaled = true;
        } else {
            scale += (Math.min(newScale, 2 * scale) - scale) * (newScale < scale ? DOWN : UP);
        }
        boolean drifts = settled && (scale > DRIFT * settledScale || scale * DRIFT < settledScale);
        drifting = drifts ? drifting + 1 : 0;
        if (drifting == DRIFTS) {
            settled = false;
            settledScale = scale;
            Arrays.fill(known, false);
            known[served] = true;
            startFromServed();
        }
    }

    void spend(double nanoseconds) {
        boolean first = !settled && (spent < FIRST_NANOSECONDS || calls <= Tuner.FIRST_CALLS);
        spent += nanoseconds;
        credit += nanoseconds * (first ? FIRST_SHARE : LATER_SHARE);
        if (!first) {
            credit = Math.min(credit, nanoseconds);
        }
    }

    void add(int way, double sample) {
        samples[way * Tuner.SAMPLES + trials[way] % Tuner.SAMPLES] = (float) sample;
        trials[way]++;
        known[way] |= trials[way] >= FEW_SAMPLES;
        factors[way] = lowerMedian(way * Tuner.SAMPLES, Math.min(trials[way], Tuner.SAMPLES));
    }

    private double lowerMedian(int from, int count) {
        for (int i = from; i < from + count; i++) {
            int below = 0;
            for (int j = from; j < from + count; j++) {
                below += samples[j] < samples[i] || samples[j] == samples[i] && j < i ? 1 : 0;
            }
            if (below == (count - 1) / 2) {
                return samples[i];
            }
        }
        return samples[from]; // another thread adds samples
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s %d -> %d, %.0f rows, density %.3f: %s%s",
                kind.name().toLowerCase(Locale.ROOT),
                inputs,
                outputs,
                Math.pow(2, rows / 2.0),
                Math.pow(2, density / 2.0),
                kind.nameOf(served),
                settled ? "" : " so far");
    }
}

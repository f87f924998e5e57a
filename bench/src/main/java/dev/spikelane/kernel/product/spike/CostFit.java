package dev.spikelane.kernel.product.spike;

import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.CostConstants;
import dev.spikelane.choose.StageChoice;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Measures the times of the variants of a product, 784 -> 1000, on this machine, and fits the constants of a
 * {@link CostConstants} to them.
 */
public final class CostFit {

    private static final int INPUTS = 784;
    private static final int OUTPUTS = 1_000;
    private static final int BLOCKS = Math.ceilDiv(OUTPUTS, PackedWeights.BLOCK);
    private static final int[] ROWS = {2, 4, 8, 16, 32, 64, 200, 1_024};
    private static final float[] DENSITIES = {.01f, .02f, .05f, .1f, .15f, .2f, .3f, .5f, .9f};

    /** Variants with an estimate of this many times the best are not measured. */
    private static final double HOPELESS = 8;

    private static final long COMPILING_NANOSECONDS = 2_000_000_000L;
    private static final long NANOSECONDS = 60_000_000L;
    private static final int LEAST_SAMPLES = 5;

    /** Steps of the fit; each changes one constant. */
    private static final int SWEEPS = 10_000;

    /** Measured times of a product in nanoseconds, by variant; 0 if not measured. */
    static final class Point {
        private final int rows;
        private final long active;
        final double[] times = new double[SpikeMatmul.Variant.values().length];

        Point(int rows, long active) {
            this.rows = rows;
            this.active = active;
        }

        private double best() {
            double best = Double.POSITIVE_INFINITY;
            for (double time : times) {
                best = time > 0 ? Math.min(best, time) : best;
            }
            return best;
        }
    }

    /**
     * The result of a fit.
     *
     * @param costs the fitted constants
     * @param worst the largest ratio, over all points, of the chosen variant's time to the best variant's
     */
    record Fitted(CostConstants costs, double worst) {}

    private CostFit() {}

    /** Prints the option of {@code java} that pins the choice of variants to the fastest on this machine. */
    public static void print() {
        Fitted fitted = measure();
        System.out.printf("By these constants products take at most %.2f times as long as at best.%n", fitted.worst());
        System.out.println("-D" + CostConstants.PROPERTY + "=" + fitted.costs().text());
    }

    /** Measures and fits for half a minute; needs vectors. */
    private static Fitted measure() {
        List<Point> points = new ArrayList<>();
        try (Arena arena = Arena.ofShared()) {
            PackedWeights weights = PackedWeights.zeros(arena, INPUTS, OUTPUTS);
            ProductScratch workspace = new ProductScratch(arena);
            point(64, .2f, weights, workspace, COMPILING_NANOSECONDS);
            for (int rows : ROWS) {
                for (float density : DENSITIES) {
                    points.add(point(rows, density, weights, workspace, NANOSECONDS));
                }
            }
        }
        return fit(CostConstants.inUse(), points);
    }

    private static Point point(
            int rows, float density, PackedWeights weights, ProductScratch workspace, long nanoseconds) {
        try (Arena arena = Arena.ofShared()) {
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, rows, INPUTS);
            for (int i = 0; i < rows * INPUTS; i++) {
                boolean fires = CounterRandom.uniform(0, i / INPUTS, 0, i % INPUTS) < density;
                spikes.set(i / INPUTS, i % INPUTS, fires);
            }
            Tile current = Tile.whole(FloatMatrix.zeros(arena, rows, OUTPUTS));
            StageChoice choice = new StageChoice(Chooser.OF_JVM, 1);
            SpikeMatmul.describe(choice, rows, INPUTS, OUTPUTS, spikes.count(), BLOCKS);
            double most = HOPELESS * choice.costs[choice.peek()];
            Point point = new Point(rows, spikes.count());
            for (SpikeMatmul.Variant variant : SpikeMatmul.Variant.values()) {
                if (choice.costs[variant.way] < most) {
                    Runnable pass = () -> SpikeMatmul.run(variant, spikes, rows, weights, current, workspace);
                    point.times[variant.way] = time(pass, nanoseconds);
                }
            }
            return point;
        }
    }

    /** Returns the median time of some runs. */
    private static double time(Runnable pass, long nanoseconds) {
        List<Double> times = new ArrayList<>();
        long start = System.nanoTime();
        while (times.size() < LEAST_SAMPLES || System.nanoTime() - start < nanoseconds) {
            long before = System.nanoTime();
            pass.run();
            times.add((double) (System.nanoTime() - before));
        }
        times.sort(null);
        return times.get(times.size() / 2);
    }

    /** Fits by least squares of relative errors. Errors weigh more, the nearer a variant is to the best. */
    static Fitted fit(CostConstants start, List<Point> points) {
        CostConstants fitted = start;
        for (SpikeMatmul.Variant variant : SpikeMatmul.Variant.values()) {
            List<Point> measured = new ArrayList<>(points);
            measured.removeIf(point -> point.times[variant.way] == 0);
            if (measured.size() >= variant.terms && variant != SpikeMatmul.Variant.SCALAR) {
                fitted = with(fitted, variant.constants, constants(start, variant, measured));
            }
        }
        double worst = 1;
        for (Point point : points) {
            int chosen = SpikeMatmul.Variant.ACTIVE.way;
            double least = Double.POSITIVE_INFINITY;
            for (SpikeMatmul.Variant variant : SpikeMatmul.Variant.values()) {
                double cost = SpikeCosts.of(fitted, variant, point.rows, INPUTS, OUTPUTS, point.active);
                if (point.times[variant.way] > 0 && cost < least) {
                    chosen = variant.way;
                    least = cost;
                }
            }
            worst = Math.max(worst, point.times[chosen] / point.best());
        }
        return new Fitted(fitted, worst);
    }

    /** Returns a copy with other constants of one variant; its counts stay. */
    private static CostConstants with(CostConstants costs, CostConstants.Name name, double[] fitted) {
        StringJoiner all = new StringJoiner("/", name.text() + "=", "");
        double[] constants = costs.get(name).clone();
        System.arraycopy(fitted, 0, constants, 0, fitted.length);
        for (double constant : constants) {
            all.add(String.valueOf(constant));
        }
        return CostConstants.of(costs.text().replaceFirst("\\b" + name.text() + "=[^,]*", all.toString()));
    }

    /** Minimizes the error over one constant at a time, never below 0, {@link #SWEEPS} times. */
    private static double[] constants(CostConstants start, SpikeMatmul.Variant variant, List<Point> points) {
        double[] constants = new double[variant.terms];
        double[][] shares = new double[points.size()][constants.length];
        double[] weights = new double[points.size()];
        for (int i = 0; i < shares.length; i++) {
            Point point = points.get(i);
            double time = point.times[variant.way];
            weights[i] = point.best() / time;
            for (int j = 0; j < constants.length; j++) {
                shares[i][j] = BLOCKS * SpikeCosts.work(start, variant, j, point.rows, INPUTS, point.active) / time * weights[i];
            }
        }
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            int constant = sweep % constants.length;
            double product = 0;
            double square = 0;
            for (int i = 0; i < shares.length; i++) {
                double rest = weights[i];
                for (int j = 0; j < constants.length; j++) {
                    rest -= j == constant ? 0 : shares[i][j] * constants[j];
                }
                product += shares[i][constant] * rest;
                square += shares[i][constant] * shares[i][constant];
            }
            constants[constant] = Math.max(0, product / square);
        }
        return constants;
    }
}

package dev.spikelane.kernel.product.spike;

import dev.spikelane.blas.BlasThreads;
import dev.spikelane.blas.OpenBlas;
import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.CostConstants;
import dev.spikelane.kernel.Matmul;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The spike matmul 784 -> 1000 on a grid of rows, densities and threads. These run in turns:
 *
 * <ul>
 *   <li>every variant,
 *   <li>the chosen variant after learning, from the constants of this CPU and of another one, and the first choice from
 *   the latter,
 *   <li>C of the same algorithm, a roofline and OpenBLAS.
 * </ul>
 *
 * <p>ONNX Runtime and PyTorch run after them in a JVM of their own. No point may be more than 10 % slower than its best
 * variant.
 */
public final class SpikeGrid {

    /** Largest allowed time of the chosen variant relative to the best one. */
    public static final double MOST = 1.10;

    /** Constants that mislead the product at first, on a CPU that does not start from them itself. */
    private static final String WRONG = "lanes4";

    private static final String OTHER = "zen5";

    static final int PRE = 784;
    static final int POST = 1_000;
    static final int[] ROWS = {1, 4, 8, 16, 25, 64, 200, 1_024, 25_600};
    static final double[] DENSITIES = {.01, .02, .05, .1, .15, .2, .3, .5, .9};
    static final int[] THREADS = {1, 2};

    /** Lowest bit of each group of four inputs of a word of spikes. */
    private static final long LOWEST = 0x1111111111111111L;

    /** Milliseconds that idle threads of OpenBLAS may spin. */
    private static final long PAUSE = 35;

    private static final double[] REHEARSED = {.01, .15, .5};
    private static final int ROWS_REHEARSED = 64;

    /** Variants whose estimated time is larger than the chosen one's by this factor are left out. */
    private static final double HOPELESS = 4;

    private static final long NANOSECONDS = 120_000_000L;
    private static final long SAMPLE_NANOSECONDS = 40_000L;
    private static final int PASSES_BEFORE = 3;

    /** After a pass of this length no effects of the previous contestant remain. */
    private static final long LONG_NANOSECONDS = 10_000_000L;

    /**
     * The quantile of samples that counts if threads share a product: other programs on one of two cores keep the
     * threads from running together. On one thread it is the median.
     */
    private static final double UNDISTURBED = 0.1;

    private static final int LEAST_SAMPLES = 5;
    private static final int MOST_SAMPLES = 300;

    private SpikeGrid() {}

    /** Measures the selected points, and reports each. Some points are measured first for C2's sake, and discarded. */
    public static List<GridPoint> measure(Predicate<String> asked, GridPeers peers, Consumer<GridPoint> each) {
        for (double density : REHEARSED) {
            point(ROWS_REHEARSED, density, 1);
        }
        List<GridPoint> points = new ArrayList<>();
        for (int rows : ROWS) {
            for (double density : DENSITIES) {
                for (int threads : THREADS) {
                    if (asked.test(GridPoint.name(rows, density, threads))) {
                        GridPoint point = point(rows, density, threads);
                        pause(threads);
                        point = point.with(peers.microseconds(rows, density, threads));
                        each.accept(point);
                        points.add(point);
                    }
                }
            }
        }
        return points;
    }

    private static void pause(int threads) {
        if (threads > 1) {
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException("interrupted", interrupted);
            }
        }
    }

    private static GridPoint point(int rows, double density, int threads) {
        try (Arena arena = Arena.ofShared()) {
            SpikeMatrix spikes = RandomData.spikes(arena, rows, PRE, density);
            FloatMatrix unpacked =
                    RandomData.linear(arena, PRE, POST, new TorchRandom(1)).weights();
            PackedWeights weights = PackedWeights.pack(arena, unpacked);
            FloatMatrix current = FloatMatrix.zeros(arena, rows, POST);
            long active = spikes.count();
            Map<String, Runnable> contestants = new LinkedHashMap<>();
            // One pool for all: a newly woken thread may wait for a core on a busy machine.
            SharedProduct.Threads crew = new SharedProduct.Threads(threads, weights);
            SharedProduct product = new SharedProduct(arena, crew, spikes, weights, current);
            product.learn();
            SpikeMatmul.Variant chosen = product.serves();
            contestants.put(GridPoint.PRODUCT, product);
            CostConstants wrong = CostConstants.of(CostConstants.inUse().name().equals(WRONG) ? OTHER : WRONG);
            Chooser misled = new Chooser(System::nanoTime, wrong);
            SharedProduct learned = new SharedProduct(arena, crew, spikes, weights, current, chosen, misled);
            learned.run();
            SpikeMatmul.Variant first = learned.serves();
            learned.learn();
            contestants.put(GridPoint.SETTLED, learned);
            contestants.put(GridPoint.FIRST, new SharedProduct(arena, crew, spikes, weights, current, first, null));
            for (SpikeMatmulWork.Variant other : SpikeMatmulWork.Variant.available()) {
                SpikeMatmul.Variant variant = SpikeMatmul.Variant.valueOf(other.name());
                CostConstants costs = CostConstants.inUse();
                if (SpikeCosts.of(costs, variant, rows, PRE, POST, active)
                        <= HOPELESS * SpikeCosts.of(costs, chosen, rows, PRE, POST, active)) {
                    SharedProduct named = new SharedProduct(arena, crew, spikes, weights, current, variant, null);
                    contestants.put(GridPoint.name(variant), named);
                }
            }
            if (Yardstick.AVAILABLE && threads == 1) {
                Runnable c = chosen == SpikeMatmul.Variant.PERMUTE
                        ? new ProductYardstick.Permute(arena, spikes, rows, weights, current)
                        : () -> ProductYardstick.multiply(spikes, rows, weights, current, product.workspace());
                contestants.put(GridPoint.C, c);
            }
            if (Yardstick.AVAILABLE) {
                long loads = groups(spikes) * Math.ceilDiv(POST, Roofline.FLOATS) / threads;
                contestants.put(
                        GridPoint.ROOFLINE,
                        Roofline.loads(arena, loads).getFirst().pass());
            }
            if (OpenBlas.isAvailable()) {
                FloatMatrix input = RandomData.floats(arena, spikes);
                contestants.put(GridPoint.OPENBLAS, () -> {
                    BlasThreads.set(threads);
                    OpenBlas.sgemm(Matmul.Transpose.SECOND, 1, input, unpacked, 0, current);
                });
            }
            try {
                Map<String, Double> times = new LinkedHashMap<>();
                if (threads > 1) {
                    // After the others: its threads spin for 26 ms, and keep the pool's threads from a core.
                    Runnable dense = contestants.remove(GridPoint.OPENBLAS);
                    meet(product);
                    times.putAll(race(contestants, threads));
                    contestants.clear();
                    if (dense != null) {
                        contestants.put(GridPoint.OPENBLAS, dense);
                    }
                }
                times.putAll(race(contestants, threads));
                return new GridPoint(rows, density, threads, GridPoint.name(product.serves()), times);
            } finally {
                crew.close();
            }
        }
    }

    /**
     * Returns the number of groups of four inputs of a row in which at least one fires. Every variant needs one load of
     * a weight, or of a partial sum, per group and 16 outputs.
     */
    private static long groups(SpikeMatrix spikes) {
        long groups = 0;
        for (int row = 0; row < spikes.rows(); row++) {
            for (int word = 0; word < spikes.stride(); word++) {
                long bits =
                        spikes.segment().get(ValueLayout.JAVA_LONG, spikes.rowOffset(row) + (long) word * Long.BYTES);
                groups += Long.bitCount((bits | bits >>> 1 | bits >>> 2 | bits >>> 3) & LOWEST);
            }
        }
        return groups;
    }

    /**
     * Returns the microseconds of the second half of samples, all contestants in turns. The order changes from turn to
     * turn: a contestant after OpenBLAS finds other caches and another branch predictor than after the same kernel.
     */
    static Map<String, Double> race(Map<String, Runnable> contestants, int threads) {
        double part = threads > 1 ? UNDISTURBED : 0.5;
        Map<String, List<Double>> samples = new LinkedHashMap<>();
        contestants.forEach((name, pass) -> {
            pass.run();
            samples.put(name, new ArrayList<>());
        });
        List<String> order = new ArrayList<>(contestants.keySet());
        Random random = new Random(1);
        long start = System.nanoTime();
        long budget = NANOSECONDS * contestants.size();
        for (int i = 0; i < LEAST_SAMPLES || i < MOST_SAMPLES && System.nanoTime() - start < budget; i++) {
            Collections.shuffle(order, random);
            for (String name : order) {
                samples.get(name).add(sample(contestants.get(name)));
            }
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        samples.forEach((name, times) -> {
            List<Double> late = times.subList(times.size() / 2, times.size());
            medians.put(name, late.stream().sorted().toList().get((int) (late.size() * part)));
        });
        return medians;
    }

    /** Gives the system time to find a separate core for each thread. */
    private static void meet(Runnable pass) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < NANOSECONDS) {
            pass.run();
        }
    }

    private static double sample(Runnable pass) {
        long before = System.nanoTime();
        for (int i = 0; i < PASSES_BEFORE && System.nanoTime() - before < LONG_NANOSECONDS; i++) {
            pass.run(); // restores caches and branch predictor after the previous contestant
        }
        long start = System.nanoTime();
        long now = start;
        int passes = 0;
        while (now - start < SAMPLE_NANOSECONDS) {
            pass.run();
            passes++;
            now = System.nanoTime();
        }
        return (now - start) / 1e3 / passes;
    }
}

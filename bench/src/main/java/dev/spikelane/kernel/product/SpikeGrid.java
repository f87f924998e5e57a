package dev.spikelane.kernel.product;

import dev.spikelane.blas.BlasThreads;
import dev.spikelane.blas.OpenBlas;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Transpose;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The spike matmul 784 -> 1000 on a grid of rows, densities and threads: every variant, the one that is chosen, C of the same algorithm and
 * OpenBLAS, in turns. No point may be more than 15 % slower than its best variant.
 */
public final class SpikeGrid {

    /** How much slower than the best variant the chosen one may be. */
    public static final double MOST = 1.15;

    private static final int PRE = 784;
    private static final int POST = 1_000;
    private static final int[] ROWS = {1, 4, 8, 16, 25, 64, 200, 1_024, 25_600};
    private static final double[] DENSITIES = {.01, .02, .05, .1, .15, .2, .3, .5, .9};
    private static final int[] THREADS = {1, 2};

    private static final double[] REHEARSED = {.01, .15, .5};
    private static final int ROWS_REHEARSED = 64;

    /** Variants that are estimated to take so many times as long as the chosen one are left out. */
    private static final double HOPELESS = 4;

    private static final long NANOSECONDS = 120_000_000L;
    private static final long SAMPLE_NANOSECONDS = 40_000L;
    private static final int PASSES_BEFORE = 3;

    /** Behind a pass of that length nothing is left of the contestant before. */
    private static final long LONG_NANOSECONDS = 10_000_000L;

    private static final String OPENBLAS = "openblas";

    /**
     * The part of the samples that are faster, where threads share a product, since other programs that take one of two cores keep them from
     * meeting. On one thread it is the median.
     */
    private static final double UNDISTURBED = 0.1;

    private static final int LEAST_SAMPLES = 5;
    private static final int MOST_SAMPLES = 300;

    private SpikeGrid() {}

    /**
     * A point of the grid.
     *
     * @param rows rows of spikes
     * @param density share of the inputs that fire
     * @param threads threads, which share the outputs
     * @param chosen the variant that serves
     * @param microseconds medians, or with two threads what nine of ten samples take longer than, of {@code chosen}, the variants, {@code c} and {@code openblas}
     */
    public record Point(int rows, double density, int threads, String chosen, Map<String, Double> microseconds) {

        public Point {
            microseconds = new LinkedHashMap<>(microseconds);
        }

        /** The point's name, for choosing. */
        public String name() {
            return name(rows, density, threads);
        }

        static String name(int rows, double density, int threads) {
            return String.format(Locale.ROOT, "grid rows %d density %.2f threads %d ", rows, density, threads);
        }

        /** How many times as long as the best variant the chosen one takes. */
        public double excess() {
            double best = microseconds.entrySet().stream()
                    .filter(entry -> Arrays.stream(SpikeMatmul.Variant.values())
                            .anyMatch(variant -> name(variant).equals(entry.getKey())))
                    .mapToDouble(Map.Entry::getValue)
                    .min()
                    .orElse(Double.POSITIVE_INFINITY);
            return microseconds.get("product") / best;
        }

        private static String name(SpikeMatmul.Variant variant) {
            return variant.name().toLowerCase(Locale.ROOT);
        }

        /** One JSON object. */
        public String json() {
            StringBuilder times = new StringBuilder();
            microseconds.forEach((name, time) -> times.append(times.isEmpty() ? "" : ", ")
                    .append(String.format(Locale.ROOT, "\"%s\": %.1f", name, time)));
            return String.format(
                    Locale.ROOT,
                    "{\"rows\": %d, \"density\": %.2f, \"threads\": %d, \"chosen\": \"%s\", \"excess\": %.2f, \"microseconds\": {%s}}",
                    rows,
                    density,
                    threads,
                    chosen,
                    excess(),
                    times);
        }
    }

    /** Measures the points that are asked for, and tells of each. Some points are measured before for C2, and forgotten. */
    public static List<Point> measure(Predicate<String> asked, Consumer<Point> each) {
        for (double density : REHEARSED) {
            point(ROWS_REHEARSED, density, 1);
        }
        List<Point> points = new ArrayList<>();
        for (int rows : ROWS) {
            for (double density : DENSITIES) {
                for (int threads : THREADS) {
                    if (asked.test(Point.name(rows, density, threads))) {
                        Point point = point(rows, density, threads);
                        each.accept(point);
                        points.add(point);
                    }
                }
            }
        }
        return points;
    }

    private static Point point(int rows, double density, int threads) {
        try (Arena arena = Arena.ofShared()) {
            SpikeMatrix spikes = RandomData.spikes(arena, rows, PRE, density);
            FloatMatrix unpacked =
                    RandomData.linear(arena, PRE, POST, new TorchRandom(1)).weights();
            PackedWeights weights = PackedWeights.pack(arena, unpacked);
            FloatMatrix current = FloatMatrix.zeros(arena, rows, POST);
            long active = spikes.count();
            SpikeMatmul.Variant chosen = SpikeMatmul.choose(rows, PRE, POST, active);
            Map<String, Runnable> contestants = new LinkedHashMap<>();
            // One crew for all: a thread that has just been woken may wait for a core on a busy machine.
            SharedProduct.Threads crew = new SharedProduct.Threads(threads, weights);
            SharedProduct product = new SharedProduct(arena, crew, spikes, weights, current, chosen, true);
            contestants.put("product", product);
            for (SpikeMatmulWork.Variant other : SpikeMatmulWork.Variant.available()) {
                SpikeMatmul.Variant variant = SpikeMatmul.Variant.valueOf(other.name());
                SpikeCosts costs = SpikeCosts.inUse();
                if (costs.of(variant, rows, PRE, POST, active) <= HOPELESS * costs.of(chosen, rows, PRE, POST, active)) {
                    SharedProduct named = new SharedProduct(arena, crew, spikes, weights, current, variant, false);
                    contestants.put(Point.name(variant), named);
                }
            }
            if (Yardstick.AVAILABLE && threads == 1) {
                Runnable c = chosen == SpikeMatmul.Variant.PERMUTE
                        ? new Yardstick.Permute(arena, spikes, rows, weights, current)
                        : () -> ProductInside.yardstick(spikes, rows, weights, current, product.workspace());
                contestants.put("c", c);
            }
            if (OpenBlas.isAvailable()) {
                FloatMatrix input = RandomData.floats(arena, spikes);
                contestants.put(OPENBLAS, () -> {
                    BlasThreads.set(threads);
                    OpenBlas.sgemm(Transpose.SECOND, 1, input, unpacked, 0, current);
                });
            }
            try {
                Map<String, Double> times = new LinkedHashMap<>();
                if (threads > 1) {
                    // Behind the others: its threads spin for 26 ms, and keep the crew's from a core.
                    Runnable dense = contestants.remove(OPENBLAS);
                    meet(product);
                    times.putAll(race(contestants, UNDISTURBED));
                    contestants.clear();
                    if (dense != null) {
                        contestants.put(OPENBLAS, dense);
                    }
                }
                times.putAll(race(contestants, threads > 1 ? UNDISTURBED : 0.5));
                return new Point(rows, density, threads, Point.name(chosen), times);
            } finally {
                crew.close();
            }
        }
    }

    /**
     * Microseconds of the second half of samples, all contestants in turns. The order changes from turn to turn: whoever runs behind
     * OpenBLAS finds other caches and another branch predictor than whoever runs behind the same kernel.
     */
    private static Map<String, Double> race(Map<String, Runnable> contestants, double part) {
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

    /** Gives the system time to find a core of its own for each thread. */
    private static void meet(Runnable pass) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < NANOSECONDS) {
            pass.run();
        }
    }

    private static double sample(Runnable pass) {
        long before = System.nanoTime();
        for (int i = 0; i < PASSES_BEFORE && System.nanoTime() - before < LONG_NANOSECONDS; i++) {
            pass.run(); // brings back what the contestant before has driven out of caches and branch predictor
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

    /** How many times as fast as OpenBLAS each point is, a table for each number of threads, in Markdown. */
    public static String table(List<Point> points) {
        StringBuilder table = new StringBuilder();
        for (int threads : THREADS) {
            table.append("\nTimes as fast as OpenBLAS, ")
                    .append(threads)
                    .append(threads == 1 ? " thread\n\n" : " threads\n\n");
            table.append("| rows |");
            Arrays.stream(DENSITIES).forEach(density -> table.append(String.format(Locale.ROOT, " %.2f |", density)));
            table.append("\n|---|").append("---|".repeat(DENSITIES.length)).append('\n');
            for (int rows : ROWS) {
                table.append("| ").append(rows).append(" |");
                for (double density : DENSITIES) {
                    table.append(' ')
                            .append(cell(points, Point.name(rows, density, threads)))
                            .append(" |");
                }
                table.append('\n');
            }
        }
        return table.toString();
    }

    private static String cell(List<Point> points, String name) {
        return points.stream()
                .filter(point -> point.name().equals(name) && point.microseconds.containsKey("openblas"))
                .map(point -> String.format(
                        Locale.ROOT,
                        "%.1f %s",
                        point.microseconds.get("openblas") / point.microseconds.get("product"),
                        point.chosen))
                .findFirst()
                .orElse("");
    }
}

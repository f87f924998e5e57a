package dev.spikelane.kernel.product.spike;

import dev.spikelane.blas.OpenBlas;
import dev.spikelane.kernel.Matmul;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the density of spikes up to which a product of 784 inputs and 1000 outputs is faster than dense products of the
 * same size, on one thread. The dense products are this library's with packed weights, and OpenBLAS. They run in turns;
 * figures are medians. The argument is seconds for each density.
 */
public final class Crossover {

    private static final int INPUTS = 784;
    private static final int OUTPUTS = 1000;
    private static final double[] DENSITIES = {0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1};
    private static final int KEPT = 2_000;

    private Crossover() {}

    public static void main(String[] arguments) {
        double seconds = arguments.length == 0 ? 2 : Double.parseDouble(arguments[0]);
        for (int rows : new int[] {1, 200}) {
            double[][] ratios = new double[DENSITIES.length][];
            System.out.printf("784 x 1000, rows %d: us a row; the dense products take so many times as long%n", rows);
            for (int i = 0; i < DENSITIES.length; i++) {
                double[] times = times(rows, DENSITIES[i], seconds);
                ratios[i] = Arrays.stream(times, 1, times.length)
                        .map(time -> time / times[0])
                        .toArray();
                System.out.printf("  density %.2f  %8.3f  %s%n", DENSITIES[i], times[0], Arrays.toString(ratios[i]));
            }
            for (int dense = 0; dense < ratios[0].length; dense++) {
                String name = dense == 0 ? "Spikelane's dense product" : "OpenBLAS";
                System.out.printf("  crossover with %s: %s%n", name, crossover(ratios, dense));
            }
        }
    }

    /** Interpolates between the last density at which spikes win and the next, linearly in logarithms of ratios. */
    private static String crossover(double[][] ratios, int dense) {
        int last = DENSITIES.length - 1;
        while (last >= 0 && ratios[last][dense] < 1) {
            last--;
        }
        if (last < 0 || last == DENSITIES.length - 1) {
            return last < 0 ? "below " + DENSITIES[0] : "none, spikes win at all densities";
        }
        double above = Math.log(ratios[last][dense]);
        double share = above / (above - Math.log(ratios[last + 1][dense]));
        return String.format("%.2f", DENSITIES[last] + share * (DENSITIES[last + 1] - DENSITIES[last]));
    }

    private static double[] times(int rows, double density, double seconds) {
        try (Arena arena = Arena.ofShared()) {
            SpikeMatrix spikes = RandomData.spikes(arena, rows, INPUTS, density);
            FloatMatrix values = RandomData.floats(arena, spikes);
            FloatMatrix unpacked = RandomData.linear(arena, INPUTS, OUTPUTS, new TorchRandom(1))
                    .weights();
            Matmul.Weights weights = Matmul.Weights.of(unpacked);
            FloatMatrix current = FloatMatrix.zeros(arena, rows, OUTPUTS);
            Matmul matmul = new Matmul(arena);
            List<Runnable> ways = new ArrayList<>();
            ways.add(() -> matmul.multiply(spikes, weights, current));
            ways.add(() -> matmul.multiply(values, weights, current));
            if (OpenBlas.isAvailable()) {
                ways.add(() -> OpenBlas.sgemm(Matmul.Transpose.SECOND, 1, values, unpacked, 0, current));
            }
            double[][] times = new double[ways.size()][KEPT];
            long end = System.nanoTime() + (long) (seconds * 1e9);
            int turns = 0;
            for (; turns < 20 || System.nanoTime() < end; turns++) {
                for (int way = 0; way < ways.size(); way++) {
                    long start = System.nanoTime();
                    ways.get(way).run();
                    times[way][turns % KEPT] = (System.nanoTime() - start) * 1e-3 / rows;
                }
            }
            int kept = Math.min(turns, KEPT);
            return Arrays.stream(times)
                    .mapToDouble(each -> Arrays.stream(each, 0, kept).sorted().toArray()[kept / 2])
                    .toArray();
        }
    }
}

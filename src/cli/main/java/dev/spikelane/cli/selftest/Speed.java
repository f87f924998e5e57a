package dev.spikelane.cli.selftest;

import dev.spikelane.encode.Rate;
import dev.spikelane.kernel.Matmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.util.Locale;

final class Speed {

    private static final int INPUTS = 784;
    private static final int OUTPUTS = 1000;
    private static final int ROWS = 64;
    private static final float DENSITY = 0.1f;
    private static final long NANOSECONDS = 1_000_000_000;

    private Speed() {}

    /** Measures for two seconds. */
    static String measured() {
        FloatMatrix weights = new TorchRandom(1).rand(OUTPUTS, INPUTS);
        FloatMatrix chances = FloatMatrix.zeros(ROWS, INPUTS);
        chances.fill(DENSITY);
        SpikeMatrix spikes = SpikeMatrix.zeros(ROWS, INPUTS);
        new Rate().encode(chances, spikes, 1);
        FloatMatrix sums = FloatMatrix.zeros(ROWS, OUTPUTS);
        Matmul matmul = new Matmul();
        Matmul.Weights packed = Matmul.Weights.of(weights);
        double product = least(() -> matmul.multiply(spikes, packed, sums)) / ROWS;
        FloatMatrix copy = FloatMatrix.zeros(OUTPUTS, INPUTS);
        double copied = 2.0 * Float.BYTES * OUTPUTS * INPUTS / least(() -> copy.copyFrom(weights));
        double read = spikes.density() * INPUTS * OUTPUTS * Float.BYTES / product;
        return String.format(
                Locale.ROOT,
                "784 -> 1000, 64 rows, density 0.1: %.2f us a row, %.0f GB of weights a second;"
                        + " a copy of the weights moves %.0f GB a second",
                product / 1000,
                read,
                copied);
    }

    private static double least(Runnable call) {
        long end = System.nanoTime() + NANOSECONDS;
        long least = Long.MAX_VALUE;
        for (long before = System.nanoTime(); before < end; ) {
            call.run();
            long after = System.nanoTime();
            least = Math.min(least, after - before);
            before = after;
        }
        return least;
    }
}

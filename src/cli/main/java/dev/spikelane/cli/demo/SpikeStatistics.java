package dev.spikelane.cli.demo;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Population;
import java.util.Arrays;

final class SpikeStatistics implements Population.Observer {

    /** Most neurons of the raster. */
    static final int SHOWN = 200;

    /** Steps of a bin of 1 ms. */
    private static final int BIN = 10;

    private static final double STEPS_IN_SECOND = 10_000;

    private final long firstStep;
    private final int[] spikes;
    private final long[] last;
    private final double[] intervals;
    private final double[] squares;
    /** Spikes of some neurons in the last bins. */
    private final SpikeMatrix raster;

    private final long firstShown;
    private long steps;
    private long inBin;
    private long bins;
    private double counts;
    private double countSquares;

    /**
     * @param firstStep the first step that counts
     * @param willRun all steps that follow
     * @param shown the last steps, for the raster
     */
    SpikeStatistics(int neurons, long firstStep, int willRun, int shown) {
        this.firstStep = firstStep;
        this.spikes = new int[neurons];
        this.last = new long[neurons];
        this.intervals = new double[neurons];
        this.squares = new double[neurons];
        this.raster = SpikeMatrix.zeros(Math.ceilDiv(shown, BIN), Math.min(neurons, SHOWN));
        this.firstShown = firstStep + willRun - shown;
    }

    @Override
    public void observe(long first, int count, SpikeMatrix fired, FloatMatrix membranes) {
        for (int row = 0; row < count; row++) {
            long step = first + row;
            long at = fired.rowOffset(row);
            for (int word = 0; word < Math.ceilDiv(spikes.length, Long.SIZE); word++) {
                long bits = fired.segment().get(JAVA_LONG, at + (long) word * Long.BYTES);
                inBin += Long.bitCount(bits);
                while (bits != 0) {
                    fired(word * Long.SIZE + Long.numberOfTrailingZeros(bits), step);
                    bits &= bits - 1;
                }
            }
            steps++;
            if (steps % BIN == 0) {
                bins++;
                counts += inBin;
                countSquares += (double) inBin * inBin;
                inBin = 0;
            }
        }
    }

    private void fired(int neuron, long step) {
        if (spikes[neuron] > 0) {
            double interval = step - last[neuron];
            intervals[neuron] += interval;
            squares[neuron] += interval * interval;
        }
        spikes[neuron]++;
        last[neuron] = step;
        if (step >= firstShown && neuron < raster.columns()) {
            raster.set((int) (step - firstShown) / BIN, neuron, true);
        }
    }

    int neurons() {
        return spikes.length;
    }

    SpikeMatrix raster() {
        return raster;
    }

    long firstShown() {
        return Math.max(firstStep, firstShown);
    }

    /** Returns the rate in Hz. */
    double rate() {
        return Arrays.stream(spikes).asLongStream().sum() * STEPS_IN_SECOND / steps / spikes.length;
    }

    /**
     * Returns the irregularity: the standard deviation of intervals divided by their mean, averaged over neurons with
     * at least three spikes. It is 0 for a clock and 1 for a Poisson process; NaN without such a neuron.
     */
    double irregularity() {
        double sum = 0;
        int neurons = 0;
        for (int i = 0; i < spikes.length; i++) {
            int count = spikes[i] - 1;
            if (count >= 2) {
                double mean = intervals[i] / count;
                sum += Math.sqrt(Math.max(0, squares[i] / count - mean * mean)) / mean;
                neurons++;
            }
        }
        return sum / neurons;
    }

    /** Returns the synchrony: the variance of spike counts in bins divided by their mean, 1 for independent neurons. */
    double synchrony() {
        double mean = counts / bins;
        return (countSquares / bins - mean * mean) / mean;
    }
}

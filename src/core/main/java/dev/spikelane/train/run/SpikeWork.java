package dev.spikelane.train.run;

import dev.spikelane.kernel.encode.SpikeCount;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Population;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Counts the spikes of a population since the last reset, and the synapses they reach, word by word if possible. */
final class SpikeWork implements Population.Observer {

    private final int batch;
    private final FloatMatrix counts;
    private final List<Fan> fans = new ArrayList<>();
    private long spikes;

    /** Spikes of the first steps, and the synapses they reach. */
    static final class Fan {

        private final int[] reach;
        private final long end;
        private double reached;

        private Fan(int[] reach, long end) {
            this.reach = reach;
            this.end = end;
        }

        double reached() {
            return reached;
        }
    }

    SpikeWork(int batch, int neurons) {
        this.batch = batch;
        this.counts = FloatMatrix.zeros(1, neurons);
    }

    /**
     * Counts synapses too.
     *
     * @param reach the synapses that a neuron reaches: one number, or one for each neuron
     * @param end the number of steps whose spikes count
     */
    Fan fan(int[] reach, long end) {
        for (Fan known : fans) {
            if (known.end == end && Arrays.equals(known.reach, reach)) {
                return known;
            }
        }
        fans.add(new Fan(reach, end));
        return fans.getLast();
    }

    long spikes() {
        return spikes;
    }

    @Override
    public void observe(long firstStep, int steps, SpikeMatrix fired, FloatMatrix membranes) {
        long all = fired.count(0, steps * batch);
        spikes += all;
        for (Fan fan : fans) {
            int rows = batch * Math.clamp(fan.end - firstStep, 0, steps);
            if (fan.reach.length == 1) {
                fan.reached += (double) fan.reach[0] * (rows == steps * batch ? all : fired.count(0, rows));
            } else {
                counts.fill(0);
                SpikeCount.add(fired, rows, counts);
                fan.reached += InferenceWork.reachedByCounts(counts, fan.reach);
            }
        }
    }

    @Override
    public void reset() {
        spikes = 0;
        fans.forEach(fan -> fan.reached = 0);
    }
}

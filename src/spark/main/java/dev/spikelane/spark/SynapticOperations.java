package dev.spikelane.spark;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import java.util.Arrays;

/**
 * Counts the synaptic operations of a source's spikes for each sample and step: the weights that are added because a
 * spike arrived.
 */
final class SynapticOperations implements Population.Observer {

    private final int[] reach;
    private final int batch;
    private final double[] ofRows;

    /**
     * @param reach synapses of each neuron, or one number for all
     * @param rows steps times samples
     */
    SynapticOperations(int[] reach, int batch, int rows) {
        this.reach = reach;
        this.batch = batch;
        this.ofRows = new double[rows];
    }

    /**
     * Returns the synapses of each neuron of a source over all projections, or one number for all neurons; empty
     * without projections.
     */
    static int[] reach(Network network, Projection.Source source) {
        int[] sum = {};
        for (Projection projection : network.projections()) {
            if (projection.source().name().equals(source.name())) {
                sum = add(sum, projection.fanOut(), source.shape().size());
            }
        }
        return sum;
    }

    private static int[] add(int[] some, int[] others, int size) {
        if (some.length == 0) {
            return others;
        }
        int[] sum = new int[some.length == others.length ? some.length : size];
        Arrays.setAll(sum, i -> some[some.length == 1 ? 0 : i] + others[others.length == 1 ? 0 : i]);
        return sum;
    }

    void count(long firstStep, int rows, Signal of) {
        for (int row = 0; row < rows; row++) {
            ofRows[Math.toIntExact(firstStep * batch + row)] =
                    of instanceof SpikeMatrix spikes ? ofSpikes(spikes, row) : ofValues((FloatMatrix) of, row);
        }
    }

    private double ofSpikes(SpikeMatrix spikes, int row) {
        if (reach.length == 1) {
            return (double) spikes.count(row, 1) * reach[0];
        }
        long sum = 0;
        for (int i = spikes.next(row, 0); i >= 0; i = spikes.next(row, i + 1)) {
            sum += reach[i];
        }
        return sum;
    }

    private double ofValues(FloatMatrix values, int row) {
        long sum = 0;
        for (int column = 0; column < values.columns(); column++) {
            sum += values.get(row, column) == 0 ? 0 : reach[reach.length == 1 ? 0 : column];
        }
        return sum;
    }

    @Override
    public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
        count(firstStep, steps * batch, spikes);
    }

    double of(int sample, int steps) {
        double sum = 0;
        for (int row = sample; row < steps * batch; row += batch) {
            sum += ofRows[row];
        }
        return sum;
    }
}

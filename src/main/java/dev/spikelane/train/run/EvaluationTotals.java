package dev.spikelane.train.run;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the batches of a data set add up to. */
public final class EvaluationTotals {

    private final Network network;
    private final int samples;
    private final List<Integer> labels = new ArrayList<>();
    private final List<Integer> classes = new ArrayList<>();
    private final Map<String, Double> spikes = new LinkedHashMap<>();
    private double loss;
    private double operations;

    public EvaluationTotals(Network network, int samples) {
        this.network = network;
        this.samples = samples;
    }

    public void addLoss(double mean, int count) {
        loss += mean * count;
    }

    public void addSample(int label, int found) {
        labels.add(label);
        if (found >= 0) {
            classes.add(found);
        }
    }

    public void addSpikes(String source, double count) {
        spikes.merge(source, count, Double::sum);
    }

    public void addOperations(double count) {
        operations += count;
    }

    public EvaluatedSamples result(boolean hasLoss, boolean labeled, int steps) {
        spikes.replaceAll((name, count) -> count / samples);
        long dense = InferenceWork.dense(network);
        return new EvaluatedSamples(
                hasLoss ? loss / samples : Double.NaN,
                labeled ? labels : List.of(),
                classes,
                samples,
                spikes,
                new InferenceWork(operations / samples, dense, dense * steps));
    }

    /**
     * Adds up what neurons reach.
     *
     * @param rows of neurons: spikes, or values of which those other than 0 count
     * @param reach what one of them reaches: one number, or one for each neuron
     */
    public static double reached(Signal rows, int... reach) {
        return switch (rows) {
            case SpikeMatrix spikes -> reach.length == 1 ? (double) spikes.count() * reach[0] : bySpikes(spikes, reach);
            case FloatMatrix values -> byValues(values, reach);
        };
    }

    private static double bySpikes(SpikeMatrix spikes, int[] reach) {
        long sum = 0;
        for (int row = 0; row < spikes.rows(); row++) {
            for (int i = spikes.next(row, 0); i >= 0; i = spikes.next(row, i + 1)) {
                sum += reach[i];
            }
        }
        return sum;
    }

    private static double byValues(FloatMatrix values, int[] reach) {
        double sum = 0;
        for (int row = 0; row < values.rows(); row++) {
            for (int column = 0; column < values.columns(); column++) {
                sum += values.get(row, column) != 0 ? reach[reach.length == 1 ? 0 : column] : 0;
            }
        }
        return sum;
    }

    /** The same of numbers of spikes. */
    public static double reachedByCounts(FloatMatrix counts, int... reach) {
        double sum = 0;
        for (int row = 0; row < counts.rows(); row++) {
            for (int column = 0; column < counts.columns(); column++) {
                sum += (double) counts.get(row, column) * reach[reach.length == 1 ? 0 : column];
            }
        }
        return sum;
    }
}

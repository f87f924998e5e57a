package dev.spikelane.train.run;

import dev.spikelane.memory.FloatMatrix;
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

    /** Values other than zero. */
    public static long nonZero(FloatMatrix values) {
        long count = 0;
        for (int row = 0; row < values.rows(); row++) {
            for (int column = 0; column < values.columns(); column++) {
                count += values.get(row, column) != 0 ? 1 : 0;
            }
        }
        return count;
    }
}

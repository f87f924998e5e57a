package dev.spikelane.train;

import dev.spikelane.network.Network;
import dev.spikelane.train.run.InferenceWork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adds up the results of a network on the batches of a data set. */
final class EvaluationTotals {

    private final Network network;
    private final int samples;
    private final List<Integer> labels = new ArrayList<>();
    private final List<Integer> classes = new ArrayList<>();
    private final Map<String, Double> spikes = new LinkedHashMap<>();
    private double loss;
    private double operations;

    EvaluationTotals(Network network, int samples) {
        this.network = network;
        this.samples = samples;
    }

    void addLoss(double mean, int count) {
        loss += mean * count;
    }

    void addSample(int label, int found) {
        labels.add(label);
        if (found >= 0) {
            classes.add(found);
        }
    }

    void addSpikes(String source, double count) {
        spikes.merge(source, count, Double::sum);
    }

    void addOperations(double count) {
        operations += count;
    }

    Evaluator.Result result(boolean hasLoss, boolean labeled, int steps, Decoding decoding) {
        spikes.replaceAll((name, count) -> count / samples);
        long dense = InferenceWork.dense(network);
        return new Evaluator.Result(
                hasLoss ? loss / samples : Double.NaN,
                decoding,
                labeled ? labels : List.of(),
                classes,
                samples,
                spikes,
                operations / samples,
                dense,
                dense * steps);
    }
}

package dev.spikelane.train;

import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.train.run.InferenceWork;
import dev.spikelane.train.run.OperationCounts;
import dev.spikelane.train.run.SynapseReach;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sums the results of a network over the batches of a data set. */
final class EvaluationTotals {

    private final Network network;
    private final int samples;
    private final List<Integer> labels = new ArrayList<>();
    private final List<Integer> classes = new ArrayList<>();
    private final OperationCounts.Counted counted = new OperationCounts.Counted();
    private double loss;

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

    void add(OperationCounts.Counted ofRun) {
        counted.add(ofRun);
    }

    Evaluator.Result result(boolean hasLoss, boolean labeled, int steps, Decoding decoding) {
        Map<String, Double> spikes = new LinkedHashMap<>(counted.spikes);
        spikes.replaceAll((name, count) -> count / samples);
        long dense = InferenceWork.dense(network);
        return new Evaluator.Result(
                hasLoss ? loss / samples : Double.NaN,
                decoding,
                labeled ? labels : List.of(),
                classes,
                samples,
                spikes,
                counted.operations / samples,
                dense,
                dense * steps);
    }

    Measures measures(Evaluator.Result result, int steps, Measures.Cost cost) {
        long dense = 0;
        long weights = 0;
        long zeros = 0;
        for (int i = 0; i < network.projections().size(); i++) {
            SynapseReach each = SynapseReach.of(network, i);
            dense += each.dense() * steps;
            weights += each.weights();
            zeros += each.zeros();
        }
        double spikes =
                counted.spikes.values().stream().mapToDouble(each -> each).sum();
        double neurons =
                network.populations().stream().mapToDouble(Population::size).sum();
        return new Measures(
                result,
                InferenceWork.footprint(network),
                weights == 0 ? 0 : (double) zeros / weights,
                1 - spikes / (neurons * steps * samples),
                dense,
                counted.macs / samples,
                counted.acs / samples,
                counted.updates / samples,
                cost);
    }
}

package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where a run stands: all that is not in the network or the optimizer. */
final class RunState {

    /** The epoch, and how many of its batches are done. */
    int epoch;

    int batch;

    /** Steps of all epochs. */
    long step;

    /** Sums of the epoch. */
    double lossSum;

    long right;
    long samples;
    long nanoseconds;
    long observerNanoseconds;

    double lastLoss;
    double lastRate;

    /** Finished epochs, and the best of them. */
    final List<EpochResult> results = new ArrayList<>();

    int bestEpoch = -1;
    final Map<String, FloatMatrix> best = new LinkedHashMap<>();

    double meanLoss() {
        return lossSum / samples;
    }

    double accuracy() {
        return (double) right / samples;
    }

    /** Adds the result of an epoch; whether it is the best so far. */
    boolean add(EpochResult result) {
        boolean better =
                bestEpoch < 0 || result.score() > results.get(bestEpoch).score();
        if (better) {
            bestEpoch = results.size();
        }
        results.add(result);
        return better;
    }

    /** Starts the next epoch. */
    void nextEpoch() {
        epoch++;
        batch = 0;
        lossSum = 0;
        right = 0;
        samples = 0;
        nanoseconds = 0;
        observerNanoseconds = 0;
    }

    /** Epochs since the best. */
    int epochsSinceBest() {
        return results.size() - 1 - bestEpoch;
    }
}

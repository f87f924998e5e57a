package dev.spikelane.train.run;

import dev.spikelane.memory.FloatMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The progress of a run: all state outside the network and the optimizer. */
public final class RunState {

    /**
     * The norm of gradients is computed at every 16th step: it takes 16 us of 5.9 ms on average (784-1000-10, frames,
     * batch 128, one thread of Zen 5, 2026-11-28), and at every step it would take 4 %.
     */
    private static final int MEASURED = 16;

    /** The epoch; the next field is the number of its finished batches. */
    public int epoch;

    public int batch;

    /** Steps of all epochs. */
    public long step;

    /** Sums of the epoch. */
    public double lossSum;

    public long right;
    public long samples;
    public long nanoseconds;
    public long observerNanoseconds;

    /** Sum of the gradient norms at every sixteenth step; NaN if one of them is unknown. */
    public double normSum;

    /** Spikes of each population; NaN if a part of them is unknown. */
    public final double[] spikes;

    public double lastLoss;
    public double lastRate;

    /** Finished epochs. */
    public final List<EpochNumbers> results = new ArrayList<>();

    int bestEpoch = -1;
    public final Map<String, FloatMatrix> best = new LinkedHashMap<>();

    /** Creates the state before the first step. */
    public RunState(int populations) {
        this.spikes = new double[populations];
    }

    /** Returns true if the next step computes the norm of gradients. */
    public boolean measures() {
        return batch % MEASURED == 0;
    }

    /** Returns the mean of the gradient norms. */
    public double meanNorm() {
        return normSum / Math.ceilDiv(batch, MEASURED);
    }

    public double meanLoss() {
        return lossSum / samples;
    }

    public double accuracy() {
        return (double) right / samples;
    }

    /** Adds the result of an epoch; returns true if it is the best so far. */
    public boolean add(EpochNumbers result) {
        boolean better =
                bestEpoch < 0 || result.score() > results.get(bestEpoch).score();
        if (better) {
            bestEpoch = results.size();
        }
        results.add(result);
        return better;
    }

    /** Starts the next epoch. */
    public void nextEpoch() {
        epoch++;
        batch = 0;
        lossSum = 0;
        right = 0;
        samples = 0;
        nanoseconds = 0;
        observerNanoseconds = 0;
        normSum = 0;
        Arrays.fill(spikes, 0);
    }

    /** Returns the number of epochs since the best one. */
    public int epochsSinceBest() {
        return results.size() - 1 - bestEpoch;
    }
}

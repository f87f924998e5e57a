package dev.spikelane.train.run;

import dev.spikelane.memory.FloatMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where a run stands: all that is not in the network or the optimizer. */
public final class RunState {

    /**
     * The norm of gradients is computed in one of so many steps: that costs 16 us of 5.9 ms (784-1000-10, frames, batch
     * 128, one thread of Zen 5, 2026-11-28), where each step would cost 4 %.
     */
    private static final int MEASURED = 16;

    /** The epoch, and how many of its batches are done. */
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

    /** The sum of the norms of gradients of every sixteenth step; NaN if a part of them is not known. */
    public double normSum;

    /** Spikes of each population; NaN if a part of them is not known. */
    public final double[] spikes;

    public double lastLoss;
    public double lastRate;

    /** Finished epochs, and the best of them. */
    public final List<EpochNumbers> results = new ArrayList<>();

    int bestEpoch = -1;
    public final Map<String, FloatMatrix> best = new LinkedHashMap<>();

    /** Makes the state before the first step. */
    public RunState(int populations) {
        this.spikes = new double[populations];
    }

    /** Whether the norm of gradients is computed in the step that comes next. */
    public boolean measures() {
        return batch % MEASURED == 0;
    }

    /** The mean of the norms of gradients. */
    public double meanNorm() {
        return normSum / Math.ceilDiv(batch, MEASURED);
    }

    public double meanLoss() {
        return lossSum / samples;
    }

    public double accuracy() {
        return (double) right / samples;
    }

    /** Adds the result of an epoch; whether it is the best so far. */
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

    /** Epochs since the best. */
    public int epochsSinceBest() {
        return results.size() - 1 - bestEpoch;
    }
}

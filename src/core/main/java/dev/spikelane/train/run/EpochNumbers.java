package dev.spikelane.train.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The results of an epoch; a missing number is NaN.
 *
 * @param gradientNorm the mean of the 2-norms of all gradients at every sixteenth step
 * @param spikeRates for each population the share of neurons and steps with a spike
 */
public record EpochNumbers(
        int epoch,
        double rate,
        double loss,
        double accuracy,
        double validationLoss,
        double validationAccuracy,
        long samples,
        double seconds,
        double observerSeconds,
        double gradientNorm,
        Map<String, Double> spikeRates) {

    public EpochNumbers {
        spikeRates = Collections.unmodifiableMap(new LinkedHashMap<>(spikeRates)); // in the order of the network
    }

    /**
     * Returns the number that ranks epochs, larger for better ones: validation accuracy, or else negative validation
     * loss, training accuracy, or negative training loss.
     */
    public double score() {
        for (double each : new double[] {validationAccuracy, -validationLoss, accuracy}) {
            if (!Double.isNaN(each)) {
                return each;
            }
        }
        return -loss;
    }

    /** Returns samples per second; NaN if the epoch took no time. */
    public double samplesPerSecond() {
        return seconds > 0 ? samples / seconds : Double.NaN;
    }
}

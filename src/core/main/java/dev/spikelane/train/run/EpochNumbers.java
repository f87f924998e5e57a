package dev.spikelane.train.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The numbers of an epoch, NaN where there is no such number.
 *
 * @param gradientNorm the mean of the 2-norms of all gradients in every sixteenth step
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
     * The number that tells a better epoch, larger for better: accuracy or else loss, in validation or else in
     * training.
     */
    public double score() {
        for (double each : new double[] {validationAccuracy, -validationLoss, accuracy}) {
            if (!Double.isNaN(each)) {
                return each;
            }
        }
        return -loss;
    }

    /** Samples for each second; NaN if it took none. */
    public double samplesPerSecond() {
        return seconds > 0 ? samples / seconds : Double.NaN;
    }
}

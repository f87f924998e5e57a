package dev.spikelane.train.run;

/** What an epoch came to, NaN where there is no such number. */
public record EpochNumbers(
        int epoch,
        double rate,
        double loss,
        double accuracy,
        double validationLoss,
        double validationAccuracy,
        long samples,
        double seconds,
        double observerSeconds) {

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

package dev.spikelane.train;

/**
 * What an epoch of training came to. Numbers that nobody computed are NaN.
 *
 * @param epoch its number, from 1
 * @param rate the learning rate of its last step
 * @param loss the mean loss of a sample in training, before the change that its batch made
 * @param accuracy the share of samples that were right in training, likewise
 * @param validationLoss the mean loss of a validation sample after the epoch
 * @param validationAccuracy the share of validation samples that were right after the epoch
 * @param samples samples that were trained on
 * @param seconds time of training, without validation
 * @param observerSeconds the part of it in which observers looked at gradients
 */
public record EpochResult(
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
     * Returns the speed of training.
     *
     * @return samples in a second; NaN if no time was measured
     */
    public double samplesPerSecond() {
        return seconds > 0 ? samples / seconds : Double.NaN;
    }

    /** The number that tells a better epoch, larger for better: accuracy or else loss, in validation or else in training. */
    double score() {
        for (double each : new double[] {validationAccuracy, -validationLoss, accuracy}) {
            if (!Double.isNaN(each)) {
                return each;
            }
        }
        return -loss;
    }
}

package dev.spikelane.train;

import dev.spikelane.io.file.JsonValue;
import dev.spikelane.train.run.EpochNumbers;
import java.util.Map;

/** The results of one epoch of training. A result that was not computed is NaN. */
public final class EpochResult {

    private final EpochNumbers numbers;

    EpochResult(EpochNumbers numbers) {
        this.numbers = numbers;
    }

    /**
     * Returns the number of the epoch.
     *
     * @return a number from 1
     */
    public int epoch() {
        return numbers.epoch();
    }

    /**
     * Returns the learning rate.
     *
     * @return the rate of the last step of the epoch
     */
    public double rate() {
        return numbers.rate();
    }

    /**
     * Returns the loss in training.
     *
     * @return the mean loss of a sample, before the change that its batch made
     */
    public double loss() {
        return numbers.loss();
    }

    /**
     * Returns the accuracy in training.
     *
     * @return the share of samples that were right, before the change that their batch made
     */
    public double accuracy() {
        return numbers.accuracy();
    }

    /**
     * Returns the loss in validation.
     *
     * @return the mean loss of a validation sample after the epoch
     */
    public double validationLoss() {
        return numbers.validationLoss();
    }

    /**
     * Returns the accuracy in validation.
     *
     * @return the share of validation samples that were right after the epoch
     */
    public double validationAccuracy() {
        return numbers.validationAccuracy();
    }

    /**
     * Returns how many samples were trained on.
     *
     * @return samples
     */
    public long samples() {
        return numbers.samples();
    }

    /**
     * Returns how long training took.
     *
     * @return seconds, without validation
     */
    public double seconds() {
        return numbers.seconds();
    }

    /**
     * Returns the time spent in gradient observers.
     *
     * @return seconds, included in the training time
     */
    public double observerSeconds() {
        return numbers.observerSeconds();
    }

    /**
     * Returns the speed of training.
     *
     * @return samples in a second; NaN if no time was measured
     */
    public double samplesPerSecond() {
        return numbers.samplesPerSecond();
    }

    /**
     * Returns the mean gradient norm: the 2-norm over all learned values before clipping, averaged over every sixteenth
     * step of the epoch, starting with the first. With truncated backpropagation the norm of a step is the norm of its
     * last window.
     *
     * @return the mean norm, the same for any number of threads
     */
    public double gradientNorm() {
        return numbers.gradientNorm();
    }

    /**
     * Returns how much a population fired in training.
     *
     * @param population its name
     * @return the share of neurons and steps with a spike, over the samples that were trained on, from 0 to 1
     * @throws IllegalArgumentException if there is no such population
     */
    public double spikeRate(String population) {
        Double rate = numbers.spikeRates().get(population);
        if (rate == null) {
            throw new IllegalArgumentException("there is no population " + JsonValue.quoted(population)
                    + ", expected one of " + numbers.spikeRates().keySet());
        }
        return rate;
    }

    /**
     * Returns how much each population fired in training.
     *
     * @return {@link #spikeRate} by the names of the populations, in the order of the network; not modifiable
     */
    public Map<String, Double> spikeRates() {
        return numbers.spikeRates();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EpochResult that && numbers.equals(that.numbers);
    }

    @Override
    public int hashCode() {
        return numbers.hashCode();
    }

    @Override
    public String toString() {
        return numbers.toString().replaceFirst("EpochNumbers", "EpochResult");
    }
}

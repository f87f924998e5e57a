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

    /** {@return the number of the epoch, from 1} */
    public int epoch() {
        return numbers.epoch();
    }

    /** {@return the learning rate of the epoch's last step} */
    public double rate() {
        return numbers.rate();
    }

    /** {@return the mean training loss of a sample, before the update of its batch} */
    public double loss() {
        return numbers.loss();
    }

    /** {@return the share of correct training samples, before the update of their batch} */
    public double accuracy() {
        return numbers.accuracy();
    }

    /** {@return the mean loss of a validation sample after the epoch} */
    public double validationLoss() {
        return numbers.validationLoss();
    }

    /** {@return the share of correct validation samples after the epoch} */
    public double validationAccuracy() {
        return numbers.validationAccuracy();
    }

    /** {@return the number of training samples} */
    public long samples() {
        return numbers.samples();
    }

    /** {@return the seconds of training, without validation} */
    public double seconds() {
        return numbers.seconds();
    }

    /** {@return the seconds in gradient observers, which the training time includes} */
    public double observerSeconds() {
        return numbers.observerSeconds();
    }

    /** {@return training samples per second; NaN if no time was measured} */
    public double samplesPerSecond() {
        return numbers.samplesPerSecond();
    }

    /**
     * Returns the mean 2-norm of all gradients before clipping, at every sixteenth step of the epoch from the first on.
     * With truncated backpropagation, the norm of a step is the norm of its last window.
     *
     * @return the mean norm, equal for any number of threads
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

package dev.spikelane.neuron;

import dev.spikelane.kernel.Reset;

/**
 * A model whose neurons fire and are reset as {@link ThresholdAndReset} says.
 *
 * @param <N> the model
 */
interface HasFiring<N extends Neuron> {

    /**
     * Returns the threshold and the reset.
     *
     * @return the options
     */
    ThresholdAndReset firing();

    /**
     * Returns this model with other options.
     *
     * @param options the threshold and the reset
     * @return the model
     */
    N withFiring(ThresholdAndReset options);

    /**
     * Returns this model with another reset.
     *
     * @param kind the kind of reset
     * @return the model
     */
    default N withReset(Reset kind) {
        return withFiring(firing().withReset(kind));
    }

    /**
     * Returns this model with another threshold.
     *
     * @param values one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    default N withThreshold(double... values) {
        return withFiring(firing().withThreshold(values));
    }
}

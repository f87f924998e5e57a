package dev.spikelane.kernel.step.leaky;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;

/**
 * The operations of a step of neurons; {@link LeakyNeurons} has their numbers.
 *
 * @param gains factors of the input, 0 to 3
 * @param synapse whether the input passes a leaky synapse, the second state variable
 * @param alphaFunction whether the membrane is the sum of two currents, the second and third state variable
 * @param gated whether the input is four gates, of which a cell, the second state variable, and the membrane are made
 * @param rectified whether the membrane is cut at zero
 */
public record LeakyOptions(
        Decay decay,
        int gains,
        boolean synapse,
        boolean alphaFunction,
        boolean gated,
        Feedback feedback,
        boolean rectified,
        Compare compare,
        Spike spike,
        Reset reset,
        Reset.Time resetTime,
        boolean inhibition) {

    /** Which membrane a spike is taken from. */
    enum Spike {
        /** The membrane after the step. */
        AFTER,
        /** The membrane before the step, so that the spike is the reset. */
        BEFORE,
        /** The difference of both, without its sign. */
        CHANGE
    }

    /** State variables, of which the first is the membrane. */
    int variables() {
        return alphaFunction ? 3 : synapse || gated ? 2 : 1;
    }

    /** Returns true if a membrane above its threshold resets at the next step. */
    public boolean resetsLater() {
        return resetTime != Reset.Time.SAME_STEP && reset != Reset.NONE;
    }

    /** Returns true if a spike changes the membrane in its own step. */
    public boolean resetsAtOnce() {
        return resetTime != Reset.Time.NEXT_STEP && reset != Reset.NONE;
    }

    /** Returns true if a reset uses the threshold. */
    public boolean subtracts() {
        return reset == Reset.SUBTRACT || reset == Reset.SUBTRACT_DECAYED;
    }
}

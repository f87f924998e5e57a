package dev.spikelane.kernel.step;

import dev.spikelane.kernel.step.leaky.LeakyParameters;

/** The parameters of leaky neurons that have a gradient, as they stand in {@link LeakyParameters}. */
public enum LeakyParameter {
    /** The leak of the membrane, or what is left of the inhibitory current of an alpha function. */
    LEAK,
    /** The membrane above which a neuron fires. */
    THRESHOLD,
    /** What is left of the synapse, or of the excitatory current of an alpha function. */
    SYNAPSE,
    /** The factor of an alpha function. */
    SCALE,
    /** What is fed back at every step. */
    OWN,
    /** Where the membrane decays to. */
    REST,
    /** Where a reset leads to. */
    POTENTIAL,
    /** The factor of the input. */
    GAIN,
    /** What one spike carries. */
    FACTOR
}

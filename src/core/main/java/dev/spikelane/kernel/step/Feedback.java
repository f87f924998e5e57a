package dev.spikelane.kernel.step;

/** The input that neurons add to their current. */
public enum Feedback {
    /** Nothing. */
    NONE,
    /** A weight of each neuron at every step. */
    CONSTANT,
    /** A weight of each neuron that fired at the previous step. */
    OWN_SPIKES,
    /** Separate currents, a row for each row of the others. */
    CURRENTS
}

package dev.spikelane.kernel.step;

/** The source of the input that neurons add to their current. */
public enum Feedback {
    /** Nothing. */
    NONE,
    /** A weight of each neuron, at every step. */
    CONSTANT,
    /** A weight of each neuron if it fired at the step before. */
    OWN_SPIKES,
    /** Currents of their own, a row for each row of the others. */
    CURRENTS
}

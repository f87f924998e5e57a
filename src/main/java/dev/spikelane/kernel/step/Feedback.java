package dev.spikelane.kernel.step;

/** What neurons add to their input beside the current. */
public enum Feedback {
    /** Nothing. */
    NONE,
    /** A weight of each neuron, at every step. */
    CONSTANT,
    /** A weight of each neuron if it fired at the step before. */
    OWN_SPIKES,
    /** Currents that the caller computes from the spikes or membranes of the step before, {@code [batch x neurons]}. */
    CURRENTS
}

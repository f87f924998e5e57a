package dev.spikelane.neuron;

import java.lang.foreign.Arena;

/** A neuron model: an immutable record of its parameters, validated when it is made. */
public interface Neuron {

    /**
     * Lays the parameters out for neurons behind a connection.
     *
     * @param arena the arena that owns the copy; shared if several threads are to run the group
     * @param currents how many currents the neurons get, at least 1: one for each neuron, unless the model has several gates
     * @return the neurons, without a state
     * @throws IllegalArgumentException if a parameter is given for each neuron and their number differs
     */
    NeuronGroup bind(Arena arena, int currents);

    /**
     * Returns how many currents each neuron takes.
     *
     * @return 1, unless the model has gates
     */
    default int gates() {
        return 1;
    }

    /**
     * Returns what one spike carries to the next connection.
     *
     * @return 1, unless the model has graded spikes; one value, or one for each neuron
     */
    default Parameter spikeValue() {
        return Parameter.of(1);
    }
}

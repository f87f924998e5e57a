package dev.spikelane.neuron;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;

/**
 * Neurons of one model, ready to run: the model's parameters laid out in memory. Immutable; several simulations and, if its arena is
 * shared, several threads may use it at once, each with its own state.
 */
public interface NeuronGroup {

    /**
     * Returns the number of neurons.
     *
     * @return neurons, at least 1
     */
    int neurons();

    /**
     * Returns the number of currents that the neurons take at each step.
     *
     * @return one for each neuron, unless the model has several gates
     */
    default int currents() {
        return neurons();
    }

    /**
     * Tells whether neurons of a row depend on each other, so that threads cannot share a row.
     *
     * @return whether {@link #run} must be given all words
     */
    boolean coupled();

    /**
     * Allocates a state of zeros. It belongs to the caller, and is changed by {@link #run} and by nothing else: another batch size is an
     * error, never a silent reset.
     *
     * @param arena the arena that owns the memory
     * @param batch samples, at least 1
     * @return the state of {@code [batch x neurons]} neurons
     */
    NeuronState newState(Arena arena, int batch);

    /**
     * Tells whether the neurons take currents at the port {@code feedback} too.
     *
     * @return whether there are two ports
     */
    default boolean takesFeedback() {
        return false;
    }

    /**
     * Runs the steps of the first rows for the neurons whose currents are in use.
     *
     * @param currents {@code [at least rows x currents]}, time-major ({@code row = step * batch + sample}), 0 behind the last neuron; of the
     *     ports that the neurons take; all blocks are in use if the neurons are {@linkplain #coupled coupled}
     * @param rows how many rows, whole steps
     * @param state of the batch, updated
     * @param spikes {@code [at least rows x neurons]}, overwritten there
     * @throws IllegalArgumentException if a shape, a range or the ports do not fit, or the state is of another model
     */
    void run(PortCurrents currents, int rows, NeuronState state, SpikeMatrix spikes);

    /**
     * The same, and keeps the membrane of every step.
     *
     * @param currents {@code [at least rows x currents]}, time-major, 0 behind the last neuron; of the ports that the neurons take; all blocks
     *     are in use if the neurons are {@linkplain #coupled coupled}
     * @param rows how many rows, whole steps
     * @param state of the batch, updated
     * @param spikes {@code [at least rows x neurons]}, overwritten there
     * @param membranes {@code [at least rows x neurons]}, receives the membrane after each step; may be the matrix of the currents, if that
     *     holds all of them, and shares no memory with anything else
     * @throws IllegalArgumentException if a shape, a range or the ports do not fit, or the state is of another model
     */
    void record(PortCurrents currents, int rows, NeuronState state, SpikeMatrix spikes, FloatMatrix membranes);

    /**
     * Runs the steps of all rows.
     *
     * @param current {@code [rows x currents]}, time-major
     * @param state of the batch, updated
     * @param spikes {@code [rows x neurons]}, overwritten
     * @throws IllegalArgumentException if a shape does not fit, or the state is of another model
     */
    default void run(FloatMatrix current, NeuronState state, SpikeMatrix spikes) {
        spikes.requireShape("spikes", current.rows(), neurons());
        try {
            run(state.whole(current), current.rows(), state, spikes);
        } finally {
            state.releaseWhole();
        }
    }

    /**
     * Runs the steps of all rows and keeps the membrane of every step.
     *
     * @param current {@code [rows x currents]}, time-major
     * @param state of the batch, updated
     * @param spikes {@code [rows x neurons]}, overwritten
     * @param membranes {@code [rows x neurons]}, receives the membrane after each step; may be {@code current} itself, and
     *     shares no memory with anything else
     * @throws IllegalArgumentException if a shape does not fit, or the state is of another model
     */
    default void record(FloatMatrix current, NeuronState state, SpikeMatrix spikes, FloatMatrix membranes) {
        spikes.requireShape("spikes", current.rows(), neurons());
        membranes.requireShape("membranes", current.rows(), neurons());
        try {
            record(state.whole(current), current.rows(), state, spikes, membranes);
        } finally {
            state.releaseWhole();
        }
    }
}

package dev.spikelane.neuron;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * Neurons of one model, ready to run: the model's parameters laid out in memory. Immutable; several simulations and, if
 * its arena is shared, several threads may use it at once, each with its own state. Rows of neurons of a
 * {@link dev.spikelane.memory.Shape} stand in its inner order here, and in torch's in networks.
 */
public sealed interface NeuronGroup permits TextGroup {

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
    int currents();

    /**
     * Returns true if neurons of a row depend on each other, so that threads cannot share a row.
     *
     * @return whether they do
     */
    boolean coupled();

    /**
     * Returns the reason why samples that are at different steps cannot share a batch.
     *
     * @return such as {@code noise of the step}; empty if there is nothing of the kind
     */
    String byStep();

    /**
     * Allocates a state as it is at the start: zeros, unless the model says otherwise. It belongs to the caller, and is
     * changed by {@link #run} and {@link #reset} alone: another batch size is an error, never a silent reset.
     *
     * @param arena the arena that owns the memory
     * @param batch samples, at least 1
     * @return the state of {@code [batch x neurons]} neurons
     */
    NeuronState newState(Arena arena, int batch);

    /**
     * Sets a state to its start, by the parameters that the neurons have now.
     *
     * @param state a state {@code [any batch x neurons]} of this model
     * @throws IllegalArgumentException if the model has initial values of its variables, and the state has other
     *     variables or another number of neurons; nothing changes then
     */
    void reset(NeuronState state);

    /**
     * Returns the ports whose currents the neurons take.
     *
     * @return some of the model's {@linkplain Neuron#ports ports}, in their order
     */
    List<String> ports();

    /**
     * Runs the steps of all rows.
     *
     * @param currents the currents of each of the {@link #ports}, {@code [rows x currents]}, time-major
     *     ({@code row = step * batch + sample}); no two are the same matrix
     * @param state of the batch, updated
     * @param spikes {@code [rows x neurons]}, overwritten
     * @throws IllegalArgumentException if there are more or fewer than ports, a shape does not fit, or the state is of
     *     another model
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    void run(List<FloatMatrix> currents, NeuronState state, SpikeMatrix spikes);

    /**
     * Runs the steps of all rows, and keeps the membrane of every step.
     *
     * @param currents the currents of each of the {@link #ports}, {@code [rows x currents]}, time-major; no two are the
     *     same matrix
     * @param state of the batch, updated
     * @param spikes {@code [rows x neurons]}, overwritten
     * @param membranes {@code [rows x neurons]}, receives the membrane after each step; may be the first of
     *     {@code currents} itself, and shares no memory with anything else
     * @throws IllegalArgumentException if there are more or fewer than ports, a shape does not fit, or the state is of
     *     another model
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    void record(List<FloatMatrix> currents, NeuronState state, SpikeMatrix spikes, FloatMatrix membranes);
}

package dev.spikelane.kernel.step;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import org.jspecify.annotations.Nullable;

/**
 * Steps of neurons whose currents stand in tiles: what those who run a network or take gradients back through it ask of
 * the neurons. Every group of neurons can do it; users run all neurons at once.
 *
 * @param <S> the state of such neurons
 */
public interface PortSteps<S> {

    /**
     * Runs the steps of the first rows for the neurons whose currents are in use.
     *
     * @param currents {@code [at least rows x currents]}, time-major ({@code row = step * batch + sample}), 0 behind
     *     the last neuron; of the ports that the neurons take; all blocks are in use if the neurons are coupled
     * @param rows how many rows, whole steps
     * @param state of the batch, updated
     * @param spikes {@code [at least rows x neurons]}, overwritten there
     * @throws IllegalArgumentException if a shape, a range or the ports do not fit, or the state is of another model
     */
    void run(PortCurrents currents, int rows, S state, SpikeMatrix spikes);

    /**
     * The same, and keeps the membrane of every step.
     *
     * @param currents {@code [at least rows x currents]}, time-major, 0 behind the last neuron; of the ports that the
     *     neurons take; all blocks are in use if the neurons are coupled
     * @param rows how many rows, whole steps
     * @param state of the batch, updated
     * @param spikes {@code [at least rows x neurons]}, overwritten there
     * @param membranes {@code [at least rows x neurons]}, receives the membrane after each step; may be the matrix of
     *     the currents, if that holds all of them, and shares no memory with anything else
     * @throws IllegalArgumentException if a shape, a range or the ports do not fit, or the state is of another model
     */
    void record(PortCurrents currents, int rows, S state, SpikeMatrix spikes, FloatMatrix membranes);

    /**
     * Tells whether {@link #hold} serves.
     *
     * @return whether these neurons have a faster way for currents that are the same at all steps
     */
    default boolean holds() {
        return false;
    }

    /**
     * Tells whether {@link #run} does what {@link PortCurrents#clear} asks for, in a run of one row.
     *
     * @return whether these neurons clear their currents
     */
    default boolean clears() {
        return false;
    }

    /**
     * Returns what delays the first of the currents.
     *
     * @return the line; null if they are not delayed
     */
    default @Nullable DelayLine line() {
        return null;
    }

    /**
     * Runs steps whose currents are all the same, as {@link #run} does with a copy for each.
     *
     * @param current {@code [batch x neurons]}, 0 behind the last neuron
     * @param state of the batch, updated for the neurons whose currents are in use
     * @param spikes {@code [steps * batch x neurons]}, overwritten for these
     */
    default void hold(Tile current, S state, SpikeMatrix spikes) {
        throw new IllegalStateException("there is no such way");
    }
}

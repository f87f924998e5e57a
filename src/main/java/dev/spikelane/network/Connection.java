package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Parameter;
import java.lang.foreign.Arena;

/**
 * Turns the spikes of one layer, or the analog input of a network, into the currents of the next. Immutable; may be shared between
 * threads if its arena is.
 */
public interface Connection {

    /**
     * Returns the number of inputs.
     *
     * @return presynaptic neurons
     */
    int inputs();

    /**
     * Returns the number of outputs.
     *
     * @return postsynaptic neurons
     */
    int outputs();

    /**
     * Allocates the scratch memory that one thread needs for both kinds of {@code multiply}.
     *
     * @param arena the arena that owns the memory
     * @return scratch memory, to be used again and again
     */
    FloatMatrix workspace(Arena arena);

    /**
     * Computes the currents of the first rows for some blocks of 64 outputs.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param rows how many rows, at least 1
     * @param current {@code [at least rows x outputs]}, overwritten there; or a tile, {@code [at least rows x at least 64 (endBlock -
     *     firstBlock)]}, which then holds these blocks only
     * @param firstBlock the first block of outputs
     * @param endBlock the block behind the last
     * @param workspace from {@link #workspace}; used by one thread at a time
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    void multiply(
            SpikeMatrix spikes, int rows, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace);

    /**
     * Computes the currents that analog input gives in the first rows for some blocks of 64 outputs.
     *
     * @param input {@code [at least rows x inputs]}, finite
     * @param rows how many rows, at least 1
     * @param current {@code [at least rows x outputs]}, overwritten there; or a tile, {@code [at least rows x at least 64 (endBlock -
     *     firstBlock)]}, which then holds these blocks only
     * @param firstBlock the first block of outputs
     * @param endBlock the block behind the last
     * @param workspace from {@link #workspace}; used by one thread at a time
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    void multiply(
            FloatMatrix input, int rows, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace);

    /**
     * Returns this connection for inputs whose spikes carry other values than 1 (graded spikes).
     *
     * @param arena the arena that owns the copy
     * @param spikeValue what one spike carries: one value, or one for each input
     * @return the connection with its weights multiplied by the values, in float32
     * @throws IllegalArgumentException if a product is not finite
     */
    Connection withSpikeValue(Arena arena, Parameter spikeValue);

    /**
     * Advises how many rows to give {@code multiply} at a time where there are more. Results do not depend on it.
     *
     * @param rows rows at hand
     * @param active spikes in these rows
     * @return the best number of rows, at most {@code rows}
     */
    default int rowsAtATime(int rows, long active) {
        return rows;
    }

    /**
     * Names the kernel that multiplies these spikes, for those who profile.
     *
     * @param rows rows in the call
     * @param active spikes in these rows
     * @return a short name
     */
    default String kernel(int rows, long active) {
        return toString();
    }

    /**
     * Names the kernel that multiplies analog input, for those who profile.
     *
     * @param rows rows in the call
     * @return a short name
     */
    default String kernel(int rows) {
        return toString();
    }
}

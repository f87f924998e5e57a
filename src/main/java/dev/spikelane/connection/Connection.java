package dev.spikelane.connection;

import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Parameter;
import java.lang.foreign.Arena;

/** Says how the spikes or values of a source become the currents of a target. Immutable; may be used in any number of networks. */
public interface Connection {

    /**
     * Returns the shape of what this connection makes from a source.
     *
     * @param input the source's shape
     * @return the shape of the result
     * @throws IllegalArgumentException if the source's shape does not fit
     */
    Shape outputShape(Shape input);

    /**
     * Lays this connection out behind a source.
     *
     * @param arena the arena that owns the operator's memory; shared if several threads are to use it
     * @param rows the shape whose inner order (y, x, channel) the source's rows have; of the right size. A flat connection behind a
     *     flattened source is given the shape from before
     * @param spikeValue what one spike of the source carries: one value, or one for each input, in the order of the rows
     * @return an operator with weights of its own
     * @throws IllegalArgumentException if a size does not fit, or a weight times a spike's value is not finite
     */
    Operator bind(Arena arena, Shape rows, Parameter spikeValue);
}

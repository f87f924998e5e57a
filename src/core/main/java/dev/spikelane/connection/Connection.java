package dev.spikelane.connection;

import dev.spikelane.memory.Shape;

/**
 * A connection turns the spikes or values of a source into the currents of a target. Immutable; any number of networks
 * may use one, each with its own copy of the weights.
 */
public sealed interface Connection
        permits BatchNorm,
                Convolution,
                Dense,
                Dense.ByOpenBlas,
                Dense.Integers,
                Flatten,
                OneToOne,
                OneToOne.Scale,
                Pool,
                Psn,
                Recurrent,
                Sparse {

    /**
     * Returns the output shape for a source.
     *
     * @param input the source's shape
     * @return the shape of the result
     * @throws IllegalArgumentException if the connection does not accept this shape
     */
    Shape outputShape(Shape input);
}

package dev.spikelane.network;

import dev.spikelane.memory.Shape;

/** Where a projection starts: an {@link Input}, the spikes of a {@link Population}, or one of its {@linkplain Variable variables}. */
public sealed interface Source permits Input, Population, Variable {

    /**
     * Returns the name.
     *
     * @return the name in the network; of a variable, its population's name, a dot and its own
     */
    String name();

    /**
     * Returns the shape.
     *
     * @return the shape of one row, without the batch
     */
    Shape shape();
}

package dev.spikelane.network;

import dev.spikelane.memory.Shape;
import java.util.Optional;

/**
 * Where a projection starts: an {@link Input}, the spikes of a {@link Population}, or one of its
 * {@linkplain Population#variable variables}.
 */
public sealed interface Source permits Input, Population, Variable {

    /**
     * Returns the name.
     *
     * @return the name in the network; of a variable, its population's name, a dot and its own
     */
    String name();

    /**
     * Returns the population that this is of.
     *
     * @return the population whose spikes or variable this is; nothing for an input
     */
    default Optional<Population> ofPopulation() {
        return Optional.empty();
    }

    /**
     * Returns the variable that this is.
     *
     * @return its name in the population's model; nothing for an input or spikes
     */
    default Optional<String> ofVariable() {
        return Optional.empty();
    }

    /**
     * Returns the shape.
     *
     * @return the shape of one row, without the batch
     */
    Shape shape();
}

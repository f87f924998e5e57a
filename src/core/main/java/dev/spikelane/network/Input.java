package dev.spikelane.network;

import dev.spikelane.memory.Shape;
import java.util.Objects;

/**
 * An input of a network, which receives spikes or values at each step.
 *
 * @param name the name, not empty
 * @param shape the shape of one row; rows come in torch's order (channel, y, x)
 */
public record Input(String name, Shape shape) implements Projection.Source {

    /**
     * Makes an input.
     *
     * @throws IllegalArgumentException if the name is empty
     */
    public Input {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(shape, "shape");
        Names.require("input", name);
    }
}

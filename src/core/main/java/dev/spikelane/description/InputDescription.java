package dev.spikelane.description;

import dev.spikelane.memory.Shape;

/**
 * An input, which receives spikes or values at each step.
 *
 * @param shape the shape of one row; rows come in torch's order (channel, y, x)
 */
public record InputDescription(String name, Shape shape) {}

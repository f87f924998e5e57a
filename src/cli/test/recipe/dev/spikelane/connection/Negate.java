package dev.spikelane.connection;

import dev.spikelane.memory.Shape;

/** Takes all values, or what all spikes carry, from zero: {@code -x}. */
public record Negate() implements Connection {

    @Override
    public Shape outputShape(Shape input) {
        return input;
    }

    @Override
    public String toString() {
        return "negate";
    }
}

package dev.spikelane.connection;

import dev.spikelane.memory.Shape;

/**
 * Makes a row of numbers out of channels, as {@code torch.nn.Flatten} does, in torch's order (channel, y, x). A dense
 * connection right behind it takes the rows as they are and sums in their own order (y, x, channel).
 */
public record Flatten() implements Connection {

    @Override
    public Shape outputShape(Shape input) {
        return Shape.of(input.size());
    }

    @Override
    public String toString() {
        return "flatten";
    }
}

package dev.spikelane.connection;

import dev.spikelane.memory.Shape;

/** What a connection of all inputs to all outputs asks of its source. */
final class FlatSource {

    private FlatSource() {}

    /** The shape of the outputs; throws unless the source is flat and has as many inputs. */
    static Shape outputs(Connection connection, Shape source, int inputs, int outputs) {
        if (source.rank() != 1) {
            throw new IllegalArgumentException(
                    connection + " needs a flat source, found " + source + "; put a Flatten before it");
        }
        if (source.size() != inputs) {
            throw new IllegalArgumentException(
                    connection + " has " + inputs + " inputs, expected " + source.size() + " to match its source");
        }
        return Shape.of(outputs);
    }
}

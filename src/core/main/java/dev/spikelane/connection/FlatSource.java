package dev.spikelane.connection;

import dev.spikelane.memory.Shape;

/** Checks sources of dense connections. */
final class FlatSource {

    private FlatSource() {}

    /** Returns the shape of the outputs; throws unless the source is flat and has {@code inputs} inputs. */
    static Shape outputs(Connection connection, Shape input, int inputs, int outputs) {
        if (input.rank() != 1) {
            String remedy = input.size() == inputs
                    ? "; put a Flatten before it"
                    : " of " + input.size() + " values, expected " + inputs + "; is a pool missing before its Flatten?";
            throw new IllegalArgumentException(connection + " needs a flat source, found " + input + remedy);
        }
        if (input.size() != inputs) {
            throw new IllegalArgumentException(
                    connection + " has " + inputs + " inputs, expected " + input.size() + " to match its source");
        }
        return Shape.of(outputs);
    }
}

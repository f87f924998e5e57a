package dev.spikelane.description;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKind;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.memory.Shape;
import java.util.List;

/**
 * A connection of a path that computes something, so that it gets an operator.
 *
 * @param place its place in the path
 * @param rows the shape whose inner order the rows of its source have
 * @param owner the prefix of the names of its values
 */
public record OperatorDescription(Connection connection, int place, Shape rows, String owner) {

    /** Returns the values that it has. */
    public List<NamedValues> values() {
        ConnectionKind<Connection> kind = ConnectionKinds.of(connection);
        return kind.values(connection, rows).stream()
                .map(each -> new NamedValues(owner, each))
                .toList();
    }
}

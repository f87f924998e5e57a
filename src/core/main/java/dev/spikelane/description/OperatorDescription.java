package dev.spikelane.description;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKind;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.memory.Shape;
import java.util.List;

/**
 * A connection of a path that needs an operator.
 *
 * @param place its place in the path
 * @param rows the shape that defines the inner order of its source's rows
 * @param owner the prefix of the names of its values
 */
public record OperatorDescription(Connection connection, int place, Shape rows, String owner) {

    public List<NamedValues> values() {
        ConnectionKind<Connection> kind = ConnectionKinds.of(connection);
        return kind.values(connection, rows).stream()
                .map(each -> new NamedValues(owner, each))
                .toList();
    }
}

package dev.spikelane.network.naive;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Projection;
import java.util.List;

/** The names of the values of connections in a projection's path. */
final class ValueNames {

    private ValueNames() {}

    /** Returns the prefix of {@code weight} and {@code bias} of a connection, or of an empty path. */
    static String prefix(Projection projection, int connection) {
        List<Connection> path = projection.path();
        long owners = path.stream()
                .filter(each -> ConnectionKinds.of(each).hasValues())
                .count();
        int place = 0;
        for (int i = 0; i < connection; i++) {
            place += path.get(i) instanceof Flatten && !isLaidOut(projection, i) ? 0 : 1;
        }
        return projection.name() + (owners > 1 ? "." + place : "") + ".";
    }

    /** Returns true if a flatten is an operator, because channels stay and no dense connection absorbs it. */
    static boolean isLaidOut(Projection projection, int i) {
        List<Connection> path = projection.path();
        Shape shape = NaiveNetwork.before(path, i, projection.source().shape());
        boolean seen = i + 1 < path.size() && NaiveNetwork.isDense(path.get(i + 1));
        return path.get(i).outputShape(shape).rank() > 1 || shape.reordered() && !seen;
    }
}

package dev.spikelane.description;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.kind.ConnectionKind;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.TorchLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks along the path of a projection, and finds the connections that need operators, the shapes of their rows, and
 * the prefixes of their values' names. It only needs the kinds of connections, so that it can run while a file is read.
 */
public final class PathWalk {

    private final String projection;
    private final List<ConnectionKind<Connection>> kinds;
    private final boolean several;
    private int place;
    private int operators;
    private Shape shape;
    private Shape rows;

    public PathWalk(String projection, Shape source, List<ConnectionKind<Connection>> kinds) {
        this.projection = projection;
        this.kinds = List.copyOf(kinds);
        this.several = kinds.stream().filter(ConnectionKind::hasValues).count() > 1;
        this.shape = source;
        this.rows = source;
    }

    /** Describes the operators of a path, at least one; throws if a connection does not accept its source. */
    static List<OperatorDescription> operators(ProjectionDescription projection, Shape source) {
        List<Connection> path = projection.path();
        PathWalk walk = new PathWalk(
                projection.name(),
                source,
                path.stream().map(ConnectionKinds::of).toList());
        List<OperatorDescription> operators = new ArrayList<>();
        for (int i = 0; i < path.size(); i++) {
            if (!walk.seesThrough(path.get(i))) {
                operators.add(new OperatorDescription(path.get(i), i, walk.rows, walk.owner()));
            }
            walk.pass(path.get(i));
        }
        return operators.isEmpty()
                ? List.of(new OperatorDescription(new OneToOne(1), path.size(), walk.rows, walk.owner()))
                : List.copyOf(operators);
    }

    /**
     * Returns true if the next connection computes nothing: rows are not moved, and the connection after it knows their
     * order.
     */
    private boolean seesThrough(Connection connection) {
        return kinds.get(place).flattens()
                && connection.outputShape(shape).rank() == 1
                && (!TorchLayout.differs(rows)
                        || place + 1 < kinds.size() && kinds.get(place + 1).takesInnerOrder());
    }

    /** Returns the prefix of the next connection's value names, with its operator's place if several have values. */
    public String owner() {
        return projection + (several ? "." + operators : "");
    }

    /** Moves past the next connection; throws if it does not accept its source. */
    public void pass(Connection connection) {
        Shape made = connection.outputShape(shape);
        boolean unseen = seesThrough(connection);
        operators += unseen ? 0 : 1;
        rows = unseen && TorchLayout.differs(rows) ? rows : made;
        shape = made;
        place++;
    }
}

package dev.spikelane.network;

import dev.spikelane.connection.BlasDense;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.IntegerDense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Operators;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Parameter;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * The operators of a projection, laid out behind its source.
 *
 * @param operators from source to target, at least one
 */
record Path(List<Operator> operators) {

    private static final Parameter ONE = Parameter.of(1);

    /** The shape that a path makes of its source; throws where a connection does not fit. */
    static Shape outputShape(List<Connection> path, Shape source) {
        Shape shape = source;
        for (Connection connection : path) {
            shape = connection.outputShape(shape);
        }
        return shape;
    }

    /** Lays a path out; only its first operator sees what spikes carry. */
    static Path bind(Arena arena, List<Connection> path, Shape source, Parameter spikeValue) {
        List<Operator> operators = new ArrayList<>();
        Shape shape = source;
        Shape rows = source;
        for (int i = 0; i < path.size(); i++) {
            Connection connection = path.get(i);
            Shape made = connection.outputShape(shape);
            boolean seesThrough = connection instanceof Flatten && (!rows.reordered() || isDense(path, i + 1));
            if (seesThrough) {
                shape = made;
                continue;
            }
            operators.add(Operators.bind(arena, connection, rows, operators.isEmpty() ? spikeValue : ONE));
            shape = made;
            rows = made;
        }
        if (operators.isEmpty()) {
            operators.add(Operators.bind(arena, new OneToOne(1), rows, spikeValue));
        }
        return new Path(List.copyOf(operators));
    }

    private static boolean isDense(List<Connection> path, int index) {
        return index < path.size()
                && switch (path.get(index)) {
                    case Dense _, BlasDense _, IntegerDense _ -> true;
                    default -> false;
                };
    }

    Path copy(Arena arena) {
        return new Path(operators.stream().map(operator -> operator.copy(arena)).toList());
    }

    int inputs() {
        return operators.getFirst().inputs();
    }

    int outputs() {
        return operators.getLast().outputs();
    }
}

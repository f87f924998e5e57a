package dev.spikelane.engine;

import dev.spikelane.connection.BlasDense;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.IntegerDense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Operators;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Parameter;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The operators of a projection, laid out behind its source.
 *
 * @param operators from source to target, at least one
 */
public record OperatorChain(List<Operator> operators) {

    private static final Parameter ONE = Parameter.of(1);

    /** The shape that a path makes of its source; throws where a connection does not fit. */
    public static Shape outputShape(List<Connection> path, Shape source) {
        Shape shape = source;
        for (Connection connection : path) {
            shape = connection.outputShape(shape);
        }
        return shape;
    }

    /** Lays a path out; only its first operator sees what spikes carry. */
    static OperatorChain bind(Arena arena, List<Connection> path, Shape source, Parameter spikeValue) {
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
        return new OperatorChain(List.copyOf(operators));
    }

    private static boolean isDense(List<Connection> path, int index) {
        return index < path.size()
                && switch (path.get(index)) {
                    case Dense _, BlasDense _, IntegerDense _ -> true;
                    default -> false;
                };
    }

    /** Copies the operators with their weights. */
    OperatorChain copy(Arena arena) {
        return new OperatorChain(
                operators.stream().map(operator -> operator.copy(arena)).toList());
    }

    /** Names the values: by the operator's place in the chain, where several operators have values. */
    void addValues(String projection, Map<String, Values> to) {
        for (int place = 0; place < operators.size(); place++) {
            for (Values each : operators.get(place).values()) {
                put(to, prefix(projection, place) + each.name(), each);
            }
        }
    }

    /** Returns what stands before the names of an operator's values. */
    public String prefix(String projection, int place) {
        long owners = operators.stream()
                .filter(operator -> !operator.values().isEmpty())
                .count();
        return projection + (owners > 1 ? "." + place : "") + ".";
    }

    /** Throws if one name means two values, of which one could be neither read nor saved. */
    static void put(Map<String, Values> values, String name, Values each) {
        if (values.putIfAbsent(name, each) != null) {
            throw new IllegalArgumentException("two matrices of the network are named '" + name
                    + "', expected names of projections and populations under which each has its own");
        }
    }
}

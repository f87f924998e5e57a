package dev.spikelane.engine;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.TwoStageOperator;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.connection.operator.sparse.SparseOperator;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The operators of a projection, laid out for its source.
 *
 * @param operators from source to target, at least one
 * @param owners the prefix of the names of each operator's values
 */
public record OperatorChain(List<Operator> operators, List<String> owners) {

    private static final Parameter ONE = Parameter.of(1);

    /** Returns the shape of a path's output; throws if a connection does not fit. */
    public static Shape outputShape(List<Connection> path, Shape source) {
        Shape shape = source;
        for (Connection connection : path) {
            shape = connection.outputShape(shape);
        }
        return shape;
    }

    /** Lays out a path; only its first operator sees the value of spikes. */
    static OperatorChain bind(Arena arena, List<OperatorDescription> path, Parameter spikeValue) {
        List<Operator> operators = new ArrayList<>();
        for (OperatorDescription each : path) {
            if (!operators.isEmpty() && each.connection() instanceof Sparse sparse && sparse.quantum() > 0) {
                throw new IllegalArgumentException(sparse + " sums whole quanta, expected spikes, found values of "
                        + operators.getLast() + ", expected it first in its path");
            }
            operators.add(ConnectionKinds.of(each.connection())
                    .bind(arena, each.connection(), each.rows(), operators.isEmpty() ? spikeValue : ONE));
        }
        if (operators.getFirst() instanceof TwoStageOperator operator) {
            throw new IllegalArgumentException(operator + " stands first in its path, expected a connection before it");
        }
        return new OperatorChain(
                List.copyOf(operators),
                path.stream().map(OperatorDescription::owner).toList());
    }

    /** Returns the lists of synapses, if the chain is nothing else. */
    @Nullable
    SparseOperator sparse() {
        return operators.size() == 1 && operators.getFirst() instanceof SparseOperator sparse ? sparse : null;
    }

    /** Copies the operators with their weights. */
    OperatorChain copy(Arena arena) {
        return new OperatorChain(
                operators.stream().map(operator -> operator.copy(arena)).toList(), owners);
    }

    /** Adds the values by name. */
    void addValues(Map<String, Values> to) {
        for (int i = 0; i < operators.size(); i++) {
            for (Values each : operators.get(i).values()) {
                put(to, owners.get(i) + "." + each.name(), each);
            }
        }
    }

    /** Throws if one name means two values: one of them could be neither read nor saved. */
    static void put(Map<String, Values> values, String name, Values each) {
        if (values.putIfAbsent(name, each) != null) {
            throw new IllegalArgumentException("two matrices of the network are named '" + name
                    + "', expected names of projections and populations under which each has its own");
        }
    }
}

package dev.spikelane.equation;

import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Computes nodes in float64. */
final class DoubleInterpreter {

    private DoubleInterpreter() {}

    static double value(Node of, ToDoubleFunction<Node> leaves) {
        return Graph.of(values(List.of(of), leaves, null), of);
    }

    /**
     * Returns the values of nodes and their inputs; conditions are 1 or 0.
     *
     * @param leaves values of parameters, variables and rows
     * @param smooth the value of a spike at a distance, if it must have derivatives and the conditions of the
     *     comparison hold; null for 1 or 0
     */
    static Map<Node, Double> values(
            Collection<Node> of, ToDoubleFunction<Node> leaves, @Nullable DoubleUnaryOperator smooth) {
        Map<Node, Double> values = new HashMap<>();
        for (Node node : Graph.order(of)) {
            double value = node.op() == Op.CONSTANT
                    ? node.value()
                    : node.op().isLeaf() ? leaves.applyAsDouble(node) : apply(node, values, smooth);
            values.put(node, value);
        }
        return values;
    }

    private static double apply(Node node, Map<Node, Double> values, @Nullable DoubleUnaryOperator smooth) {
        double a = Graph.of(values, node.of(0));
        double b = node.of().size() < 2 ? 0 : Graph.of(values, node.of(1));
        double c = node.of().size() < 3 ? 0 : Graph.of(values, node.of(2));
        if (node.op() != Op.SPIKE || smooth == null) {
            return DoubleProgram.apply(node.op(), a, b, c);
        }
        double gate = node.of(0).op() == Op.AND ? Graph.of(values, node.of(0).of(0)) : 1;
        return gate * smooth.applyAsDouble(b);
    }
}

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

/** Nodes in float64, whatever their leaves are. */
final class DoubleInterpreter {

    private DoubleInterpreter() {}

    /** The value of one node. */
    static double value(Node of, ToDoubleFunction<Node> leaves) {
        return Graph.of(values(List.of(of), leaves, null), of);
    }

    /**
     * The values of nodes, and of those that they need; conditions are 1 or 0.
     *
     * @param leaves values of parameters, variables and rows
     * @param smooth what a spike counts at a distance, where it is to have derivatives and the conditions beside
     *     the comparison hold; null for 1 or 0
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

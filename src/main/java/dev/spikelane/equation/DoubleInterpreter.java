package dev.spikelane.equation;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Nodes as written in float64, with the functions of {@link StrictMath}, so that machines agree. */
public final class DoubleInterpreter {

    private DoubleInterpreter() {}

    /** The value of one node. */
    public static double value(Node of, ToDoubleFunction<Node> leaves) {
        return Graph.of(values(List.of(of), leaves, null), of);
    }

    /**
     * The values of nodes, and of those that they need; conditions are 1 or 0.
     *
     * @param leaves values of parameters, variables and rows
     * @param smooth what a spike counts at a distance, where it is to have derivatives; null for 1 or 0
     */
    public static Map<Node, Double> values(
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
        return node.op() == Op.SPIKE && smooth != null ? smooth.applyAsDouble(b) : apply(node.op(), a, b, c);
    }

    /** One operation; conditions are 1 or 0. */
    static double apply(Op op, double a, double b, double c) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case FMA -> Math.fma(a, b, c);
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SQRT -> Math.sqrt(a);
            case EXP -> StrictMath.exp(a);
            case EXPM1 -> StrictMath.expm1(a);
            case LOG -> StrictMath.log(a);
            case SIGMOID -> 1 / (1 + StrictMath.exp(-a));
            case TANH -> StrictMath.tanh(a);
            case GT -> a > b ? 1 : 0;
            case GE -> a >= b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case AND -> a * b;
            case OR -> Math.max(a, b);
            case NOT -> 1 - a;
            case SELECT -> a != 0 ? b : c;
            case SPIKE -> a;
            case CONSTANT, PARAMETER, STATE, STEP, POWER2, EXPONENT, SCALE -> throw new AssertionError(op);
        };
    }
}

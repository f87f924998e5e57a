package dev.spikelane.equation;

import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Interpreter;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import dev.spikelane.simd.Logarithm;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates nodes of parameters in float64 with the functions of {@link StrictMath}, so that all machines agree; or in
 * float32 as a step computes them. A run allocates nothing.
 */
public final class DoubleProgram {

    private final Node[] order;
    private final int[][] arguments;
    private final int[] roots;
    private final double[] values;
    private final boolean single;

    public DoubleProgram(List<Node> roots) {
        this(roots, false);
    }

    DoubleProgram(List<Node> roots, boolean single) {
        this.single = single;
        List<Node> all = Graph.order(roots);
        this.order = all.toArray(new Node[0]);
        this.arguments = Graph.arguments(all);
        this.roots = Graph.places(all, roots);
        this.values = new double[order.length];
    }

    /**
     * Computes all nodes for a neuron.
     *
     * @param parameters null if the nodes use no parameter
     */
    public void run(@Nullable EquationParameters parameters, int neuron) {
        for (int i = 0; i < order.length; i++) {
            Node node = order[i];
            int[] of = arguments[i];
            values[i] = switch (node.op()) {
                case CONSTANT -> single ? (float) node.value() : node.value();
                case PARAMETER -> Objects.requireNonNull(parameters).value(node.name(), neuron);
                default -> {
                    double a = values[of[0]];
                    double b = of.length < 2 ? 0 : values[of[1]];
                    double c = of.length < 3 ? 0 : values[of[2]];
                    yield single ? single(node.op(), (float) a, (float) b, (float) c) : apply(node.op(), a, b, c);
                }
            };
        }
    }

    public double value(int root) {
        return values[roots[root]];
    }

    double[] values() {
        double[] all = new double[roots.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = value(i);
        }
        return all;
    }

    /**
     * Computes one operation in float32. Unlike in a step, a subnormal number has a logarithm other than the logarithm
     * of 0.
     */
    private static float single(Op op, float a, float b, float c) {
        return op == Op.LOG ? Logarithm.log(a) : Interpreter.apply(op, a, b, c);
    }

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
            case CONSTANT, PARAMETER, STATE, STEP, FLAG, POWER2, EXPONENT, SCALE -> throw new AssertionError(op);
        };
    }
}

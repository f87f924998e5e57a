package dev.spikelane.equation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Nodes of parameters in float64, prepared once: a run allocates nothing. */
public final class DoubleProgram {

    private final Node[] order;
    private final int[][] arguments;
    private final int[] roots;
    private final double[] values;

    /** Prepares nodes. */
    public DoubleProgram(List<Node> roots) {
        this.order = Graph.order(roots).toArray(Node[]::new);
        this.arguments = new int[order.length][];
        this.values = new double[order.length];
        Map<Node, Integer> places = new HashMap<>();
        for (int i = 0; i < order.length; i++) {
            places.put(order[i], i);
            arguments[i] = order[i].of().stream()
                    .mapToInt(node -> Graph.of(places, node))
                    .toArray();
        }
        this.roots = roots.stream().mapToInt(node -> Graph.of(places, node)).toArray();
    }

    /** Computes all for a neuron. */
    public void run(EquationParameters parameters, int neuron) {
        for (int i = 0; i < order.length; i++) {
            Node node = order[i];
            int[] of = arguments[i];
            values[i] = switch (node.op()) {
                case CONSTANT -> node.value();
                case PARAMETER -> parameters.value(node.name(), neuron);
                default -> {
                    double a = values[of[0]];
                    double b = of.length < 2 ? 0 : values[of[1]];
                    double c = of.length < 3 ? 0 : values[of[2]];
                    yield DoubleInterpreter.apply(node.op(), a, b, c);
                }
            };
        }
    }

    /** What a root was in the last run. */
    public double value(int root) {
        return values[roots[root]];
    }

    /** What all roots were in the last run. */
    double[] values() {
        double[] all = new double[roots.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = value(i);
        }
        return all;
    }
}

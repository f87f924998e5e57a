package dev.spikelane.equation;

import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Interpreter;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/** One neuron of a text, step by step, in float32 or in float64. */
final class ZooRun {

    private final Equations equations;
    private final Map<String, Double> values = new HashMap<>();
    private final boolean wide;
    private final List<Node> order;

    /** Each variable after each step. */
    final LinkedHashMap<String, List<Double>> traces = new LinkedHashMap<>();
    /** Steps with a spike, from 1. */
    final List<Integer> spikes = new ArrayList<>();

    ZooRun(String name, boolean wide, Map<String, Double> given) {
        this.equations = EquationParser.parse(Zoo.text(name));
        this.wide = wide;
        this.order = equations.order();
        equations.parameters().forEach((parameter, value) -> put(parameter, given.getOrDefault(parameter, value)));
        equations.derived().forEach((parameter, of) -> put(parameter, derived(of)));
        equations.variables().forEach((variable, start) -> {
            put(variable, given.getOrDefault(variable, DoubleInterpreter.value(start, this::leaf)));
            traces.put(variable, new ArrayList<>());
        });
    }

    private double derived(Derived of) {
        double[] all = of.of().stream()
                .mapToDouble(node -> DoubleInterpreter.value(node, this::leaf))
                .toArray();
        return of.isExpression() ? all[0] : Derived.exponential(all, of.size())[of.row() * of.size() + of.column()];
    }

    private void put(String name, double value) {
        values.put(name, wide ? value : (float) value);
    }

    private double leaf(Node node) {
        return Graph.of(values, node.name());
    }

    /** Runs steps with a current each, without input at other ports. */
    ZooRun run(int steps, IntToDoubleFunction current) {
        return run(steps, current, _ -> 0);
    }

    ZooRun run(int steps, IntToDoubleFunction current, IntToDoubleFunction feedback) {
        Map<Node, Integer> places = new HashMap<>();
        order.forEach(node -> places.put(node, places.size()));
        int[][] of = Graph.arguments(order);
        double[] made = new double[of.length];
        for (int step = 1; step <= steps; step++) {
            put(equations.inputs().getFirst(), current.applyAsDouble(step));
            put(
                    equations.inputs().getLast(),
                    equations.inputs().size() == 1 ? current.applyAsDouble(step) : feedback.applyAsDouble(step));
            for (int i = 0; i < made.length; i++) {
                made[i] = compute(order.get(i), of[i], made);
            }
            if (made[Graph.of(places, equations.spike())] != 0) {
                spikes.add(step);
            }
            equations.next().forEach((variable, node) -> {
                double value = made[Graph.of(places, node)];
                put(variable, value);
                traces.get(variable).add(value);
            });
        }
        return this;
    }

    private double compute(Node node, int[] of, double[] made) {
        if (node.op() == Op.CONSTANT) {
            return wide ? node.value() : (float) node.value();
        }
        if (node.op().isLeaf()) {
            return leaf(node);
        }
        double a = made[of[0]];
        double b = of.length < 2 ? 0 : made[of[1]];
        double c = of.length < 3 ? 0 : made[of[2]];
        return wide
                ? DoubleProgram.apply(node.op(), a, b, c)
                : Interpreter.apply(node.op(), (float) a, (float) b, (float) c);
    }

    /** Returns a variable after a step, from 1. */
    double at(String variable, int step) {
        return traces.get(variable).get(step - 1);
    }
}

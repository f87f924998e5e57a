package dev.spikelane.equation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The way back of texts at random against small changes, in float64, with spikes that have slopes. */
final class AdjointProperties {

    private static final double SMALL = 1e-6;

    @Property(tries = 300)
    void gradientsAreSlopes(@ForAll long seed) {
        Random random = new Random(seed);
        Equations equations = EquationParser.parse(RandomEquations.smooth(random));
        List<String> sums = new ArrayList<>(equations.parameters().keySet());
        sums.addAll(equations.derived().keySet());
        EquationGradients back = new EquationGradients(equations, sums);
        Map<String, Double> values = new HashMap<>();
        for (String name : sums) {
            values.put(name, 0.5 + random.nextDouble());
            values.put(EquationGradients.SUM + name, 0.0);
        }
        for (String name : equations.variables().keySet()) {
            values.put(name, random.nextGaussian());
            values.put(EquationGradients.GRADIENT + name, random.nextGaussian());
        }
        equations.inputs().forEach(name -> values.put(name, random.nextGaussian()));
        values.put(EquationGradients.GRADIENT + Equations.SPIKE, random.nextGaussian());
        Node membrane = equations.next().firstEntry().getValue();
        values.put(
                EquationGradients.AFTER,
                DoubleInterpreter.values(
                                List.of(membrane), leaf -> values.get(leaf.name()), AdjointProperties::smooth)
                        .get(membrane));
        Map<String, Double> distance = run(back.toDistance(new Graph()), values);
        double e = Math.exp(-Math.abs(distance.get(EquationGradients.DISTANCE)));
        double slope = e / (1 + e) / (1 + e);
        values.put(
                EquationGradients.GRADIENT + EquationGradients.DISTANCE,
                distance.getOrDefault(
                                EquationGradients.GRADIENT + Equations.SPIKE,
                                values.get(EquationGradients.GRADIENT + Equations.SPIKE))
                        * slope);
        Map<String, Double> gradients = run(back.toCurrents(new Graph()), values);
        for (String name : equations.inputs()) {
            assertSlope(equations, values, name, gradients.get(EquationGradients.GRADIENT + name));
        }
        for (String name : equations.variables().keySet()) {
            assertSlope(equations, values, name, gradients.get(EquationGradients.GRADIENT + name));
        }
        for (String name : sums) {
            assertSlope(equations, values, name, gradients.get(EquationGradients.SUM + name));
        }
    }

    private static Map<String, Double> run(Program program, Map<String, Double> values) {
        Map<Node, Double> nodes = DoubleInterpreter.values(
                program.stores().stream().map(Program.Store::value).toList(),
                leaf -> values.get(leaf.name()),
                AdjointProperties::smooth);
        Map<String, Double> stored = new HashMap<>();
        program.stores().forEach(store -> stored.put(store.name(), nodes.get(store.value())));
        return stored;
    }

    private static double smooth(double distance) {
        return 1 / (1 + Math.exp(-distance));
    }

    private static void assertSlope(Equations equations, Map<String, Double> values, String name, double gradient) {
        double value = values.get(name);
        double above = loss(equations, values, name, value + SMALL);
        double below = loss(equations, values, name, value - SMALL);
        double expected = (above - below) / (2 * SMALL);
        assertEquals(expected, gradient, 1e-4 * Math.max(1, Math.abs(expected)), name);
    }

    /** Variables and the spike behind a step, each by the gradient that it is given. */
    private static double loss(Equations equations, Map<String, Double> values, String changed, double to) {
        ToDoubleFunction<Node> leaves = leaf -> leaf.name().equals(changed) ? to : values.get(leaf.name());
        List<Node> roots = new ArrayList<>(equations.next().values());
        roots.add(equations.spike());
        Map<Node, Double> nodes = DoubleInterpreter.values(roots, leaves, AdjointProperties::smooth);
        double loss = nodes.get(equations.spike()) * values.get(EquationGradients.GRADIENT + Equations.SPIKE);
        for (Map.Entry<String, Node> next : equations.next().entrySet()) {
            loss += nodes.get(next.getValue()) * values.get(EquationGradients.GRADIENT + next.getKey());
        }
        return loss;
    }
}

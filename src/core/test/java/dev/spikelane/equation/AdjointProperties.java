package dev.spikelane.equation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import dev.spikelane.loop.Program;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Gradients of random texts against finite differences in float64, with spikes that have slopes. */
@EveryWidth
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
                DoubleInterpreter.values(List.of(membrane), leaf -> values.get(leaf.name()), AdjointProperties::smooth)
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

    /** Skips points where a condition changes, or an absolute value has its corner. */
    private static void assertSlope(Equations equations, Map<String, Double> values, String name, double gradient) {
        double value = values.get(name);
        Map<Node, Double> above = step(equations, values, name, value + SMALL);
        Map<Node, Double> below = step(equations, values, name, value - SMALL);
        if (isSmooth(above, below)) {
            double expected = (loss(equations, values, above) - loss(equations, values, below)) / (2 * SMALL);
            assertEquals(expected, gradient, 1e-4 * Math.max(1, Math.abs(expected)), name);
        }
    }

    private static boolean isSmooth(Map<Node, Double> above, Map<Node, Double> below) {
        return above.keySet().stream().allMatch(node -> switch (node.op()) {
            case ABS -> Math.signum(above.get(node.of(0))) == Math.signum(below.get(node.of(0)));
            default -> !node.op().isCondition() || above.get(node).equals(below.get(node));
        });
    }

    private static Map<Node, Double> step(Equations equations, Map<String, Double> values, String changed, double to) {
        ToDoubleFunction<Node> leaves = leaf -> leaf.name().equals(changed) ? to : values.get(leaf.name());
        return DoubleInterpreter.values(equations.order(), leaves, AdjointProperties::smooth);
    }

    /** Returns variables and the spike after a step, weighted by their gradients. */
    private static double loss(Equations equations, Map<String, Double> values, Map<Node, Double> step) {
        double loss = step.get(equations.spike()) * values.get(EquationGradients.GRADIENT + Equations.SPIKE);
        for (Map.Entry<String, Node> next : equations.next().entrySet()) {
            loss += step.get(next.getValue()) * values.get(EquationGradients.GRADIENT + next.getKey());
        }
        return loss;
    }

    /** Random texts have each operation, with arguments that have gradients. */
    @Example
    void allOperationsAreDifferentiated() {
        Map<Op, BitSet> found = new EnumMap<>(Op.class);
        for (int seed = 0; seed < 100; seed++) {
            Equations equations = EquationParser.parse(RandomEquations.smooth(new Random(seed)));
            List<Node> differentiated = new ArrayList<>(equations.next().values());
            differentiated.add(equations.spike());
            for (int i = 0; i < differentiated.size(); i++) {
                Node node = differentiated.get(i);
                BitSet arguments = found.computeIfAbsent(node.op(), _ -> new BitSet());
                for (int j = 0; j < node.of().size(); j++) {
                    boolean hasGradient =
                            !node.op().isCondition() && !node.of(j).op().isCondition();
                    if (hasGradient && !differentiated.contains(node.of(j))) {
                        differentiated.add(node.of(j));
                    }
                    arguments.set(
                            j,
                            arguments.get(j)
                                    || Graph.order(List.of(node.of(j))).stream().anyMatch(Node::isRow));
                }
            }
        }
        for (Op op : RandomEquations.OPERATIONS) {
            if (!op.isCondition()) {
                assertEquals(
                        op.arguments(), found.getOrDefault(op, new BitSet()).cardinality(), op::toString);
            }
        }
    }
}

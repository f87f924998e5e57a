package dev.spikelane.equation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Interpreter;
import dev.spikelane.loop.Lowering;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Functions written as operations have the bits of the library's, which are close to the JDK's. */
@EveryWidth
final class EquationFunctionsTest {

    @ParameterizedTest
    @EnumSource(names = {"EXP", "EXPM1", "LOG", "SIGMOID", "TANH"})
    void writtenOutFunctionsHaveTheBitsOfTheLibrary(Op function) {
        Lowering graph = new Lowering();
        Node x = graph.leaf(Op.STATE, "x", 0);
        List<Node> order = Graph.order(List.of(graph.of(function, x)));
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            float value = number(random, i);
            Map<Node, Float> values = new HashMap<>();
            for (Node node : order) {
                values.put(node, node == x ? (Float) value : (Float) compute(node, values));
            }
            float expected = Interpreter.apply(function, value, 0, 0);
            assertEquals(expected, values.get(order.getLast()), function + " of " + value);
            double exact = exact(function, value);
            if (Math.abs(exact) > Float.MIN_NORMAL && Math.abs(exact) < 2e38 && Math.abs(value) > Float.MIN_NORMAL) {
                assertEquals(exact, expected, Math.abs(exact) * 5e-7, function + " of " + value);
            }
        }
    }

    private static float number(Random random, int i) {
        return switch (i % 4) {
            case 0 -> Float.intBitsToFloat(random.nextInt());
            case 1 -> (float) random.nextGaussian() * 100;
            case 2 -> (float) random.nextGaussian();
            default ->
                List.of(0f, -0f, 88.37f, 88.38f, 88.72f, 89f, -87f, -87.1f, 80f, 80.1f, Float.NaN, 1e-40f, 1f)
                        .get(i / 4 % 13);
        };
    }

    private static float compute(Node node, Map<Node, Float> values) {
        if (node.op() == Op.CONSTANT) {
            return (float) node.value();
        }
        float[] of = new float[3];
        for (int i = 0; i < node.of().size(); i++) {
            of[i] = values.get(node.of(i));
        }
        return Interpreter.apply(node.op(), of[0], of[1], of[2]);
    }

    private static double exact(Op function, double x) {
        return switch (function) {
            case EXP -> x < -87 ? 0 : Math.exp(x);
            case EXPM1 -> Math.expm1(x);
            case LOG -> Math.log(x);
            case SIGMOID -> x < -87 ? 0 : 1 / (1 + Math.exp(-x));
            default -> Math.tanh(x);
        };
    }
}

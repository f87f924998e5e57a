package dev.spikelane.train;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@EveryWidth
final class QuantizedTest {

    private final Network network = SmallRun.network();
    private final Dataset data = SmallRun.data(40, 1);
    private final Batching batching = new Batching(16)
            .withCode(InputEncoding.rate(new Rate(), SmallRun.STEPS))
            .withSeed(9);

    @ParameterizedTest
    @EnumSource(names = {"INT8", "INT16"})
    void saysWhatBothNetworksMakeOfTheData(ElementType type) {
        FloatMatrix weights = network.weights().get("fc1.weight");
        fill(weights, (row, column) -> 3 * weights.get(row, column));
        network.weights().replace("fc1.weight", weights);
        try (Evaluator evaluator = new Evaluator(network, SmallRun.STEPS, batching, 2)) {
            Evaluator.Result.Quantized quantized = evaluator.quantize(type, data);
            assertEquals(evaluator.evaluate(data), quantized.before());
            try (Evaluator again = new Evaluator(quantized.network(), SmallRun.STEPS, batching, 1)) {
                assertEquals(again.evaluate(data), quantized.after());
            }
            assertEquals(type, quantized.network().weights().type("fc1.weight"));
            assertTrue(quantized.before().spikes().get("lif1") > 0);
            assertTrue(quantized.toString().startsWith(type + " weights: accuracy "), quantized.toString());
            assertTrue(quantized.agreement() > 0.8, quantized.toString());
        }
    }

    private static Evaluator.Result result(List<Integer> classes, Map<String, Double> spikes) {
        return new Evaluator.Result(
                Double.NaN, Decoding.COUNT, List.of(0, 1, 1, 0), classes, classes.size(), spikes, 1, 1, 1);
    }

    @Test
    void comparesClassesAndSpikes() {
        Evaluator.Result before = result(List.of(0, 1, 0, 0), Map.of("a", 4.0, "b", 0.0));
        Evaluator.Result after = result(List.of(0, 0, 0, 1), Map.of("a", 5.0, "b", 0.0));
        Evaluator.Result.Quantized quantized = new Evaluator.Result.Quantized(network, ElementType.INT8, before, after);
        assertEquals(-0.5, quantized.accuracyChange());
        assertEquals(0.5, quantized.agreement());
        assertEquals(Map.of("a", 0.25, "b", 0.0), quantized.spikesChange());
    }

    @Test
    void trainingSaysThatIntegersHaveNoGradient() {
        Network integers = network.quantized(ElementType.INT8);
        TrainerBuilder trainer = Trainer.of(integers, SmallRun.STEPS, 4).loss(CrossEntropyLoss.rate());
        assertInvalid(
                "projection 'fc1': dense INT8 12 -> 20 has no gradient, because integers change in steps; train"
                        + " floats, which a trainer may round in each step",
                trainer::build);
        assertIllegalState(
                "the type of integer weights is FLOAT32, expected INT8, INT16, INT4 or TERNARY",
                () -> new Evaluator(network, SmallRun.STEPS, batching, 1).quantize(ElementType.FLOAT32, data));
    }
}

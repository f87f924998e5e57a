package dev.spikelane.golden;

import static dev.spikelane.Filled.bytes;
import static dev.spikelane.Filled.floats;
import static dev.spikelane.Filled.ints;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Loss;
import dev.spikelane.train.SquaredErrorLoss;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses, gradients and accuracies equal snnTorch's. */
@EveryWidth
class GoldenLossTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ce_count_loss",
                "ce_max_membrane_loss",
                "ce_rate_loss",
                "ce_temporal_loss",
                "l1_rate_sparsity",
                "mse_count_loss",
                "mse_membrane_loss",
                "mse_temporal_loss"
            })
    void losses(String operation) {
        GoldenSet.of(operation).check(golden -> {
            List<Integer> shape = golden.shape("input");
            int steps = shape.get(0);
            int batch = shape.get(1);
            int outputs = shape.get(2);
            if (golden.raises().isPresent() && !worksHere(golden)) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> evaluate(golden, steps, batch, outputs),
                        golden.toString());
                return;
            }
            Loss loss = loss(golden, outputs);
            Loss.Input input = input(golden, loss, steps, batch, outputs);
            if (golden.raises().isPresent()) {
                assertTrue(Double.isFinite(evaluate(golden, steps, batch, outputs)), golden.toString());
                return;
            }
            check(golden, loss, input);
        });
    }

    /** snnTorch cannot pool rates without weights; here they are pooled like counts. */
    private static boolean worksHere(GoldenCase golden) {
        return golden.operation().equals("ce_rate_loss")
                && golden.flagIfSet("population_code")
                && !golden.has("weight");
    }

    private static void check(GoldenCase golden, Loss loss, Loss.Input input) {
        FloatMatrix gradient = FloatMatrix.zeros(input.steps() * input.batch(), input.outputs());
        gradient.fill(7);
        boolean bySample = golden.operation().startsWith("ce_");
        int values = GoldenArray.length(golden.shape("value"));
        FloatMatrix elements = bySample
                ? FloatMatrix.zeros(input.batch(), 1)
                : FloatMatrix.zeros(
                        golden.operation().equals("mse_temporal_loss") && values > 1
                                ? values / input.outputs()
                                : spikes(golden) * input.batch(),
                        loss.classes(input.outputs()));
        Loss.Gradient out = (loss.readsSpikes()
                        ? Loss.Gradient.ofSpikes(gradient)
                        : Loss.Gradient.ofMembranes(gradient))
                .withElements(elements);
        double sum = evaluate(loss, input, out);
        golden.assertClose("value", values == 1 ? new float[] {(float) sum} : elements.toArray());
        golden.assertClose("grad_input", gradient.toArray());
    }

    /** Returns the number of spikes of each output with a target. */
    private static int spikes(GoldenCase golden) {
        if (golden.flagIfSet("target_is_time")) {
            return golden.shape("targets").size() == 3 ? golden.shape("targets").getFirst() : 1;
        }
        return Math.max(1, golden.parameters().path("on_target").size());
    }

    private static double evaluate(GoldenCase golden, int steps, int batch, int outputs) {
        Loss loss = loss(golden, outputs);
        return evaluate(loss, input(golden, loss, steps, batch, outputs), Loss.Gradient.NONE);
    }

    private static double evaluate(Loss loss, Loss.Input input, Loss.Gradient out) {
        input.setDivisor(loss.divisor(input));
        Loss.Computation evaluator = loss.bind(input.steps(), input.batch(), input.outputs());
        return evaluator.evaluate(input, out, new double[input.batch()]);
    }

    private static Loss.Input input(GoldenCase golden, Loss loss, int steps, int batch, int outputs) {
        Loss.Input input = new Loss.Input(steps, batch, outputs);
        if (loss.readsSpikes()) {
            input.setSpikes(SpikeMatrix.copyOf(steps * batch, outputs, golden.bytes("input")));
        } else {
            input.setMembranes(FloatMatrix.copyOf(steps * batch, outputs, golden.floats("input")));
        }
        if (golden.flagIfSet("target_is_time")) {
            float[] times =
                    golden.isFloat("targets") ? golden.floats("targets") : GoldenLabels.floats(golden.bytes("targets"));
            input.setTargets(FloatMatrix.copyOf(times.length / outputs, outputs, times));
        } else if (golden.hasInput("targets")) {
            input.setLabels(labels(golden));
        }
        return input;
    }

    private static int[] labels(GoldenCase golden) {
        if (!golden.isFloat("targets")) {
            return GoldenLabels.of(golden);
        }
        float[] floats = golden.floats("targets");
        return ints(floats.length, i -> (int) floats[i]);
    }

    private static Loss loss(GoldenCase golden, int outputs) {
        return switch (golden.operation()) {
            case "ce_rate_loss" -> rateEntropy(golden, outputs);
            case "ce_count_loss" -> entropy(golden, CrossEntropyLoss.count());
            case "ce_max_membrane_loss" -> entropy(golden, CrossEntropyLoss.maxMembrane());
            case "ce_temporal_loss" ->
                entropy(
                        golden,
                        golden.has("inverse") && golden.text("inverse").equals("reciprocal")
                                ? CrossEntropyLoss.reciprocalTemporal()
                                : CrossEntropyLoss.temporal());
            case "l1_rate_sparsity" -> Loss.spikeRatePenalty(golden.real("Lambda", 1e-5));
            case "mse_count_loss" -> countError(golden);
            case "mse_membrane_loss" -> membraneError(golden);
            case "mse_temporal_loss" -> timeError(golden);
            default -> throw new IllegalArgumentException(golden.operation());
        };
    }

    /** Elements whose sum is the loss; torch keeps them apart. */
    private static boolean sums(GoldenCase golden) {
        return golden.has("reduction") && !golden.text("reduction").equals("mean");
    }

    private static CrossEntropyLoss entropy(GoldenCase golden, CrossEntropyLoss plain) {
        CrossEntropyLoss loss = sums(golden) ? plain.withSum() : plain;
        if (golden.has("weight")) {
            loss = loss.withWeights(weights(golden));
        }
        return golden.flagIfSet("population_code") ? loss.withPopulationCode(golden.integer("num_classes")) : loss;
    }

    /**
     * snnTorch does not pool a population code here: the first block of outputs gets the first weight and all others
     * the second.
     */
    private static CrossEntropyLoss rateEntropy(GoldenCase golden, int outputs) {
        if (!golden.flagIfSet("population_code") || !golden.has("weight")) {
            return entropy(golden, CrossEntropyLoss.rate());
        }
        float[] two = weights(golden);
        float[] ofOutputs = new float[outputs];
        Arrays.fill(ofOutputs, two[1]);
        Arrays.fill(ofOutputs, 0, outputs / golden.integer("num_classes"), two[0]);
        CrossEntropyLoss loss = CrossEntropyLoss.rate().withWeights(ofOutputs);
        return sums(golden) ? loss.withSum() : loss;
    }

    private static Loss countError(GoldenCase golden) {
        SquaredErrorLoss loss =
                SquaredErrorLoss.count(golden.real("correct_rate", 1), golden.real("incorrect_rate", 0));
        if (golden.flagIfSet("population_code")) {
            loss = loss.withPopulationCode(golden.integer("num_classes"));
        }
        return weighted(golden, loss);
    }

    private static Loss membraneError(GoldenCase golden) {
        SquaredErrorLoss loss = SquaredErrorLoss.membrane(golden.real("on_target", 1), golden.real("off_target", 0));
        if (golden.flagIfSet("time_var_targets")) {
            loss = loss.withStepLabels();
        }
        return weighted(golden, loss);
    }

    private static Loss timeError(GoldenCase golden) {
        SquaredErrorLoss loss;
        if (golden.flagIfSet("target_is_time")) {
            boolean several = golden.flagIfSet("multi_spike");
            loss = SquaredErrorLoss.spikeTimeTargets(
                    several ? golden.shape("targets").getFirst() : 1);
        } else {
            loss = SquaredErrorLoss.spikeTimes(
                    times(golden.parameters().path("on_target"), 0),
                    times(golden.parameters().path("off_target"), -1));
        }
        loss = loss.withTolerance(golden.real("tolerance", 0));
        if (golden.flagIfSet("multi_spike")) {
            loss = loss.withSharedSteps();
        }
        return weighted(golden, loss);
    }

    private static Loss weighted(GoldenCase golden, SquaredErrorLoss plain) {
        SquaredErrorLoss loss = sums(golden) ? plain.withSum() : plain;
        return golden.has("weight") ? loss.withOutputWeights(weights(golden)) : loss;
    }

    private static double[] times(JsonNode value, double otherwise) {
        if (!value.isArray()) {
            return new double[] {value.asDouble(otherwise)};
        }
        double[] times = new double[value.size()];
        for (int i = 0; i < times.length; i++) {
            times[i] = value.get(i).doubleValue();
        }
        return times;
    }

    private static float[] weights(GoldenCase golden) {
        JsonNode weight = golden.parameters().path("weight");
        if (weight.isArray()) {
            return floats(weight.size(), i -> (float) weight.get(i).doubleValue());
        }
        return golden.floats(weight.asText().substring("array:".length()));
    }

    @Test
    void accuracyByRate() {
        accuracy("accuracy_rate", Decoding.COUNT);
    }

    @Test
    void accuracyByFirstSpike() {
        accuracy("accuracy_temporal", Decoding.FIRST_SPIKE);
    }

    private static void accuracy(String operation, Decoding decoding) {
        GoldenSet.of(operation).check(golden -> {
            List<Integer> shape = golden.shape("input");
            int steps = shape.get(0);
            int batch = shape.get(1);
            int outputs = shape.get(2);
            SpikeMatrix spikes = SpikeMatrix.copyOf(steps * batch, outputs, golden.bytes("input"));
            int classes = golden.flagIfSet("population_code") ? golden.integer("num_classes") : 0;
            Loss.Input input =
                    new Loss.Input(steps, batch, outputs).setSpikes(spikes).setLabels(labels(golden));
            int[] decoded = decoding.classes(input, classes);
            double right = 0;
            for (int i = 0; i < batch; i++) {
                right += decoded[i] == input.labels()[i] ? 1 : 0;
            }
            assertEquals(golden.scalar("value"), right / batch, 1e-9, golden.toString());
            if (classes == 0) {
                assertEquals(golden.scalar("value"), decoding.accuracy(input), 1e-9, golden.toString());
            }
            if (golden.outputs().contains("predicted")) {
                byte[] bytes = bytes(batch, i -> (byte) decoded[i]);
                golden.assertSpikes("predicted", bytes);
            }
        });
    }
}

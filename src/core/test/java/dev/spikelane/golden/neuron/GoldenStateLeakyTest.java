package dev.spikelane.golden.neuron;

import static dev.spikelane.golden.neuron.GoldenOptions.gradedFactor;
import static dev.spikelane.golden.neuron.GoldenOptions.parameter;

import dev.spikelane.EveryWidth;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.golden.neuron.GoldenNeurons.Rule;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.StateLeaky;
import java.lang.foreign.Arena;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Leaky neurons without a reset: StateLeaky, LinearLeaky, DeltaLeaky. */
@EveryWidth
class GoldenStateLeakyTest {

    private static final Map<String, String> NAMES = Map.of("mem", "membrane");

    @Test
    void stateLeaky() {
        GoldenSet.of("state_leaky").check(golden -> {
            Neuron model = stateLeaky(golden, golden.integer("neurons"));
            GoldenNeurons.check(golden, model, NAMES, Rule.STORED_TOLERANCE);
        });
    }

    @Test
    void linearLeaky() {
        GoldenSet.of("linear_leaky").check(golden -> {
            int neurons = golden.integer("out_features");
            Arena arena = Arena.ofAuto();
            float[] current =
                    GoldenNeurons.dense(arena, golden, "", golden.floats("input"), golden.integer("in_features"));
            Neuron model = stateLeaky(golden, neurons);
            GoldenNeurons.check(golden, model, current, neurons, NAMES, Rule.STORED_TOLERANCE);
        });
    }

    @Test
    void deltaLeaky() {
        GoldenSet.of("delta_leaky").check(golden -> {
            int neurons = golden.integer("neurons");
            Neuron model = new DeltaLeaky(
                    parameter(golden, "beta", neurons), parameter(golden, "delta_threshold", neurons, 1));
            GoldenNeurons.check(golden, model, NAMES, Rule.BITS);
        });
    }

    private static StateLeaky stateLeaky(GoldenCase golden, int neurons) {
        StateLeaky model = new StateLeaky(
                parameter(golden, "beta", neurons),
                parameter(golden, "threshold", neurons, 1),
                gradedFactor(golden, neurons),
                GoldenOptions.quantization(golden));
        return golden.has("kernel_truncation_steps")
                ? model.withKernelTruncation(golden.integer("kernel_truncation_steps"))
                : model;
    }
}

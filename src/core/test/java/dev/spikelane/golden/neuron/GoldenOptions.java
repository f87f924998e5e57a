package dev.spikelane.golden.neuron;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.ThresholdAndReset;
import java.util.Locale;

/** Options that neurons share, with the names of the cases and snnTorch's defaults. */
final class GoldenOptions {

    private GoldenOptions() {}

    /** Returns a required option: a number, or an array. */
    static Parameter parameter(GoldenCase golden, String name, int neurons) {
        return golden.perNeuron(name)
                ? Parameter.of(golden.floatOrArray(name, neurons))
                : Parameter.of(golden.number(name));
    }

    static Parameter parameter(GoldenCase golden, String name, int neurons, float otherwise) {
        return golden.has(name) ? parameter(golden, name, neurons) : Parameter.of(otherwise);
    }

    /** Returns threshold and reset; the default reset depends on the class. */
    static ThresholdAndReset firing(GoldenCase golden, int neurons, Reset otherwise) {
        return ThresholdAndReset.DEFAULT
                .withThreshold(parameter(golden, "threshold", neurons, 1).values())
                .withReset(
                        golden.has("reset_mechanism")
                                ? Reset.valueOf(golden.text("reset_mechanism").toUpperCase(Locale.ROOT))
                                : otherwise)
                .withDelayedReset(!golden.has("reset_delay") || golden.flag("reset_delay"))
                .withInhibition(golden.flagIfSet("inhibition"));
    }

    /** Returns the value of a spike. */
    static Parameter gradedFactor(GoldenCase golden, int neurons) {
        return parameter(golden, "graded_spikes_factor", neurons, 1);
    }

    /** Returns the circuit from two of R, C and beta. */
    static Lapicque lapicque(GoldenCase golden) {
        float timeStep = golden.number("time_step", 1);
        if (!golden.has("beta")) {
            return Lapicque.of(golden.number("R"), golden.number("C"), timeStep);
        }
        Parameter beta = Parameter.of(golden.number("beta"));
        return golden.has("C")
                ? Lapicque.ofBetaAndCapacitance(beta, Parameter.of(golden.number("C")), timeStep)
                : Lapicque.ofBetaAndResistance(beta, Parameter.of(golden.number("R", 1)), timeStep);
    }

    /** Returns the levels of state variables; none without {@code state_quant}. */
    static Quantization quantization(GoldenCase golden) {
        return golden.has("state_quant") ? quantization(golden.parameters().path("state_quant")) : Quantization.NONE;
    }

    static Quantization quantization(JsonNode options) {
        int bits = options.path("num_bits").asInt(8);
        double threshold = options.path("threshold").asDouble(1);
        double lower = options.path("lower_limit").asDouble(0);
        double upper = options.path("upper_limit").asDouble(0.2);
        boolean atThreshold = options.path("thr_centered").asBoolean(true);
        if (options.path("uniform").asBoolean(true)) {
            return Quantization.uniform(bits, threshold, lower, upper);
        }
        if (options.hasNonNull("multiplier")) {
            double multiplier = options.path("multiplier").doubleValue();
            return Quantization.nonUniform(bits, threshold, lower, upper, atThreshold, multiplier);
        }
        return atThreshold
                ? Quantization.aroundThreshold(bits, threshold, lower, upper)
                : Quantization.aroundZero(bits, threshold, lower, upper);
    }
}

package dev.spikelane.golden.neuron;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.ThresholdAndReset;
import java.util.Locale;

/** The options that neurons share, as their cases name them, with snnTorch's defaults where a case does not. */
final class GoldenOptions {

    private GoldenOptions() {}

    /** An option that must be there: one number, or the array that it names. */
    static Parameter parameter(GoldenCase golden, String name, int neurons) {
        return golden.perNeuron(name)
                ? Parameter.of(golden.floatOrArray(name, neurons))
                : Parameter.of(golden.number(name));
    }

    /** An option, or its default. */
    static Parameter parameter(GoldenCase golden, String name, int neurons, float otherwise) {
        return golden.has(name) ? parameter(golden, name, neurons) : Parameter.of(otherwise);
    }

    /** When neurons fire and what a spike does to them, for a class whose default reset differs from class to class. */
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

    /** What one spike carries. */
    static Parameter gradedFactor(GoldenCase golden, int neurons) {
        return parameter(golden, "graded_spikes_factor", neurons, 1);
    }

    /** The circuit that a case gives by two of R, C and beta. */
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

    /** The levels that state variables are rounded to; none where the case has no {@code state_quant}. */
    static Quantization quantization(GoldenCase golden) {
        return golden.has("state_quant") ? quantization(golden.parameters().path("state_quant")) : Quantization.NONE;
    }

    /** The levels that the arguments of {@code state_quant} give. */
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

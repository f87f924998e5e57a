package dev.spikelane.golden;

import dev.spikelane.kernel.Reset;
import dev.spikelane.neuron.Firing;
import dev.spikelane.neuron.Parameter;
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
    static Firing firing(GoldenCase golden, int neurons, Reset otherwise) {
        return Firing.DEFAULT
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
}

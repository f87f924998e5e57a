package dev.spikelane.engine;

import dev.spikelane.neuron.Neuron;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a population, for a way back.
 *
 * @param current the currents of the port {@code current}
 * @param feedback those of the port {@code feedback}; null if nothing enters it
 * @param replaces whether membranes are written in place of the currents
 * @param variables names of variables whose values are kept for all steps of a block
 * @param inPlace whether the membranes that stand in place of the currents are those that are kept
 */
public record Keeping(
        KeptCurrents current,
        @Nullable KeptCurrents feedback,
        boolean replaces,
        Set<String> variables,
        boolean inPlace) {

    @Nullable
    KeptCurrents of(String port) {
        return port.equals(Neuron.CURRENT) ? current : feedback;
    }
}

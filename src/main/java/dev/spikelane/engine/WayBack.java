package dev.spikelane.engine;

import dev.spikelane.neuron.Neuron;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a way back asks of the way forward. */
public interface WayBack {

    /**
     * What is kept of a population, for a way back.
     *
     * @param current the currents of the port {@code current}
     * @param feedback those of the port {@code feedback}; null if nothing enters it
     * @param replaces whether membranes are written in place of the currents
     * @param variables names of variables whose values are kept for all steps of a block
     * @param inPlace whether the membranes that stand in place of the currents are those that are kept
     */
    record Keeping(
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

    /** What is kept of a population. */
    Keeping keeping(int population);

    /** The source that a projection sees, if something stands between the two; otherwise the source itself. */
    SourceRun source(int projection, SourceRun source);
}

package dev.spikelane.engine;

import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.signal.StoredCurrents;
import java.util.List;
import java.util.Set;

/** Declares the values that the backward pass needs from the forward pass. */
public interface BackwardNeeds {

    /**
     * Values of a population that the backward pass needs.
     *
     * @param currents currents of each port of the neurons
     * @param replaces true if membranes overwrite the currents
     * @param variables names of variables whose values are kept for all steps of a block
     * @param inPlace true if the kept membranes are the ones that overwrite the currents
     * @param undelayed true if currents are also kept as they were before the neurons delayed them
     */
    record Keeping(
            List<StoredCurrents> currents,
            boolean replaces,
            Set<String> variables,
            boolean inPlace,
            boolean undelayed) {}

    /** Returns the values of a population that are kept. */
    Keeping keeping(int population);

    /**
     * Returns the source that a projection reads: a wrapper around {@code source} if one is needed, else {@code
     * source}.
     */
    SourceRun source(int projection, SourceRun source);
}

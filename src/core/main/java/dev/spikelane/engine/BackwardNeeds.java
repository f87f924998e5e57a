package dev.spikelane.engine;

import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.signal.StoredCurrents;
import java.util.List;
import java.util.Set;

/** The requests of a way back to the way forward. */
public interface BackwardNeeds {

    /**
     * The values of a population that a way back needs.
     *
     * @param currents those of each port that the neurons take
     * @param replaces whether membranes are written in place of the currents
     * @param variables names of variables whose values are kept for all steps of a block
     * @param inPlace whether the membranes that stand in place of the currents are those that are kept
     * @param undelayed whether currents are kept as they were before neurons delayed them
     */
    record Keeping(
            List<StoredCurrents> currents,
            boolean replaces,
            Set<String> variables,
            boolean inPlace,
            boolean undelayed) {}

    /** The values of a population that are kept. */
    Keeping keeping(int population);

    /** The source that a projection sees, if something stands between the two; otherwise the source itself. */
    SourceRun source(int projection, SourceRun source);
}

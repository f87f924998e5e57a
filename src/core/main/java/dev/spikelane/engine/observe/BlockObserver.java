package dev.spikelane.engine.observe;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/** Observes the spikes and membranes of a population in each block of steps, with rows of a step in torch's order. */
public interface BlockObserver {

    /** Returns true if it needs the membranes of every step. */
    boolean needsMembranes();

    /**
     * Observes a block.
     *
     * @param firstStep the number of the block's first step, counted from the last reset
     * @param steps steps of the block
     * @param spikes {@code [at least steps * batch x neurons]}
     * @param membranes {@code [at least steps * batch x neurons]}, if needed
     */
    void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes);

    /** Called when the simulation is reset. */
    void reset();
}

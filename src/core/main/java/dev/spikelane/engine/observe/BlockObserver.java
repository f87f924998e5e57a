package dev.spikelane.engine.observe;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/** Sees the spikes and membranes of a population in each block of steps, rows of a step in torch's order. */
public interface BlockObserver {

    /** Whether it needs the membranes of every step. */
    boolean needsMembranes();

    /**
     * Sees a block.
     *
     * @param firstStep the number of the block's first step, counted from the last reset
     * @param steps of the block
     * @param spikes {@code [at least steps * batch x neurons]}
     * @param membranes the same, if needed
     */
    void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes);

    /** The simulation starts anew. */
    void reset();
}

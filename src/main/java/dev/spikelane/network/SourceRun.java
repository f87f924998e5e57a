package dev.spikelane.network;

import dev.spikelane.memory.Signal;

/** A source of projections in a simulation. */
interface SourceRun {

    /** The rows of the block as a projection of this delay sees them; of the kind that the source has in this call. */
    Signal delayed(int delay);

    /** Copies some steps of the block, as they are seen after a delay, to the first rows of a matrix of the same kind. */
    void gather(int firstStep, int delay, int steps, Signal into);
}

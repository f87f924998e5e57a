package dev.spikelane.engine;

import dev.spikelane.memory.Signal;

/** A source of projections in a simulation. */
interface SourceRun {

    /** The rows of the block as a projection of this delay sees them; of the kind that the source has in this call. */
    Signal delayed(int delay);

    /** A number that grows whenever these rows are written: what is prepared from them carries it. */
    long version();
}

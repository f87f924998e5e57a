package dev.spikelane.engine;

/** Populations at work that run a block of steps together. */
interface ComponentRun {

    /**
     * Runs a block of steps, and measures it if somebody wants to know.
     *
     * @param firstStep the number of the block's first step, counted from the last reset
     */
    void run(WorkerPool workers, long firstStep, int steps, boolean profiled);
}

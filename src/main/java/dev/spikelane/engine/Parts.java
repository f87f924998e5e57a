package dev.spikelane.engine;

/** How threads share the blocks of a population, 64 neurons each. */
final class Parts {

    /** Most blocks of 64 neurons in a part: the currents of 256 rows are 256 KB, and stay in the L2 cache until the neurons take them. */
    static final int BLOCKS_IN_TILE = 4;

    /** Parts for each thread: enough to even out threads that start late, few enough to cost little. */
    private static final int PARTS_OF_THREAD = 4;

    private Parts() {}

    static int blocksInPart(int blocks, int threads) {
        return Math.min(BLOCKS_IN_TILE, Math.ceilDiv(blocks, threads == 1 ? 1 : PARTS_OF_THREAD * threads));
    }

    /** Runs all parts, on the calling thread or shared. */
    static void run(WorkerPool workers, WorkerPool.Job job, int parts, boolean share) {
        if (share) {
            workers.run(job, parts);
            return;
        }
        for (int part = 0; part < parts; part++) {
            job.run(part, 0);
        }
    }
}

package dev.spikelane.engine.thread;

/**
 * Runs steps through both halves of an operation on the whole batch. If there are as many steps as threads, each thread
 * runs whole steps. Otherwise threads share blocks of samples, and synchronize between the halves.
 */
public final class TwoPhaseJob {

    /** The work on a step. */
    public interface Work {

        /** Adds up a block of samples. */
        void measure(int step, int block);

        /** Turns the sums of all blocks into the numbers for the second half. */
        void settle(int step);

        /** Computes the results of a block of samples. */
        void make(int step, int block);
    }

    private final Work work;
    private final int blocks;
    private final WorkerPool workers;
    private final WorkerPool.Job whole = this::whole;
    private final WorkerPool.Job measure = this::measure;
    private final WorkerPool.Job settle = this::settle;
    private final WorkerPool.Job make = this::make;
    private int first;

    /**
     * Creates a job that threads share.
     *
     * @param blocks blocks of samples in a step
     */
    public TwoPhaseJob(Work work, int blocks, WorkerPool workers) {
        this.work = work;
        this.blocks = blocks;
        this.workers = workers;
    }

    /** Runs some steps. */
    public void run(int firstStep, int steps) {
        first = firstStep;
        if (steps >= workers.threads() || blocks == 1) {
            workers.run(whole, steps);
        } else {
            workers.run(measure, steps * blocks);
            workers.run(settle, steps);
            workers.run(make, steps * blocks);
        }
    }

    private void whole(int part, int thread) {
        for (int block = 0; block < blocks; block++) {
            work.measure(first + part, block);
        }
        work.settle(first + part);
        for (int block = 0; block < blocks; block++) {
            work.make(first + part, block);
        }
    }

    private void measure(int part, int thread) {
        work.measure(first + part / blocks, part % blocks);
    }

    private void settle(int part, int thread) {
        work.settle(first + part);
    }

    private void make(int part, int thread) {
        work.make(first + part / blocks, part % blocks);
    }
}

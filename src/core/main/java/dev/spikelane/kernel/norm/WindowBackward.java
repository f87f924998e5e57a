package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;

/** The way back through a {@link WindowStep}, in the same halves and blocks. */
public interface WindowBackward {

    /** Forgets what was added to the gradients of weights and biases. */
    void begin();

    /**
     * Adds up a block of a step.
     *
     * @param gradients those of the rows that were made
     * @param values the rows that these were made of
     * @param at the step of the rows of both
     * @param step the row of the statistics
     * @param block the block
     */
    void measure(FloatMatrix gradients, FloatMatrix values, int at, int step, int block);

    /**
     * Makes what takes a step back, all of whose blocks were added up.
     *
     * @param at the step of the rows
     * @param step the row of the statistics
     */
    void settle(int at, int step);

    /**
     * Replaces the gradients of a block by those of the rows that it was made of.
     *
     * @param gradients overwritten
     * @param values the rows
     * @param at the step of the rows of both
     * @param block the block
     */
    void run(FloatMatrix gradients, FloatMatrix values, int at, int block);

    /**
     * Adds what a step adds to the gradients of weights and biases; steps descending.
     *
     * @param at the step of the rows
     * @param step the row of the statistics
     */
    default void collect(int at, int step) {}

    /**
     * Tells how much memory of the arena sums of blocks of samples take.
     *
     * @param blocks how many blocks
     * @return bytes
     */
    default long blockBytes(long blocks) {
        return 0;
    }
}

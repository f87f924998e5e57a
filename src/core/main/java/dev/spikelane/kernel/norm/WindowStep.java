package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;

/** A forward pass that needs all rows of a step, or of a window of steps, in two halves, each in blocks of rows. */
public interface WindowStep {

    /** Returns the shape of the rows. */
    NormRows rows();

    /**
     * Selects the weights of the next steps, if each step has its own.
     *
     * @param step the number of the first step
     */
    default void begin(int step) {}

    /**
     * Adds up a block of a step.
     *
     * @param values the input rows
     * @param at the step in these rows
     * @param block the block
     */
    default void measure(FloatMatrix values, int at, int block) {}

    /**
     * Computes the statistics of a step after all of its blocks were added up.
     *
     * @param at the step in the rows
     * @param step the row of the statistics
     */
    default void settle(int at, int step) {}

    /**
     * Prepares the second half.
     *
     * @param at the step in the rows
     * @param step the row of the statistics
     */
    void fold(int at, int step);

    /**
     * Computes a block of a prepared step.
     *
     * @param values the input rows
     * @param into receives rows of the same shape
     * @param at the step in the rows of both
     * @param block the block
     */
    void normalize(FloatMatrix values, FloatMatrix into, int at, int block);

    /** Returns the bytes of the arena for sums of some blocks of samples. */
    default long blockBytes(long blocks) {
        return 0;
    }
}

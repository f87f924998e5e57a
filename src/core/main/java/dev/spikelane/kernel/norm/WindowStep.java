package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;

/** The way forward of what needs all rows of a step, or of a window that is one: two halves, blocks of rows in each. */
public interface WindowStep {

    /**
     * Returns the rows.
     *
     * @return what the values are
     */
    NormRows rows();

    /**
     * Says which weights the steps to come have, if each has its own.
     *
     * @param step the number of the first one
     */
    default void begin(int step) {}

    /**
     * Adds up a block of a step.
     *
     * @param values the rows
     * @param at the step of these rows
     * @param block the block
     */
    default void measure(FloatMatrix values, int at, int block) {}

    /**
     * Makes the statistics of a step, all of whose blocks were added up.
     *
     * @param at the step of the rows
     * @param step the row of the statistics
     */
    default void settle(int at, int step) {}

    /**
     * Prepares the second half.
     *
     * @param at the step of the rows
     * @param step the row of the statistics
     */
    void fold(int at, int step);

    /**
     * Makes a block of a step that is prepared.
     *
     * @param values the rows
     * @param into receives rows of the same shape
     * @param at the step of the rows of both
     * @param block the block
     */
    void normalize(FloatMatrix values, FloatMatrix into, int at, int block);

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

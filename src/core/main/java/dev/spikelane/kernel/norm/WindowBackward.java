package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;

/** The backward pass of a {@link WindowStep}, in the same halves and blocks. */
public interface WindowBackward {

    /** Clears the gradients of weights and biases. */
    void begin();

    /**
     * Adds up a block of a step.
     *
     * @param gradients the gradients of the output rows
     * @param values the input rows
     * @param at the step in the rows of both
     * @param step the row of the statistics
     * @param block the block
     */
    void measure(FloatMatrix gradients, FloatMatrix values, int at, int step, int block);

    /**
     * Computes the sums and factors of a step after all of its blocks were added up.
     *
     * @param at the step in the rows
     * @param step the row of the statistics
     */
    void settle(int at, int step);

    /**
     * Replaces the gradients of a block's output rows by the gradients of its input rows.
     *
     * @param gradients overwritten
     * @param values the input rows
     * @param at the step in the rows of both
     * @param block the block
     */
    void run(FloatMatrix gradients, FloatMatrix values, int at, int block);

    /**
     * Adds one step to the gradients of weights and biases. Call this for steps in descending order.
     *
     * @param at the step in the rows
     * @param step the row of the statistics
     */
    default void collect(int at, int step) {}

    /** Returns the bytes of the arena for sums of some blocks of samples. */
    default long blockBytes(long blocks) {
        return 0;
    }
}

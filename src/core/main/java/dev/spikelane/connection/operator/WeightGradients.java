package dev.spikelane.connection.operator;

import dev.spikelane.kernel.optimize.GradientSink;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.util.List;
import java.util.function.Supplier;

/**
 * The gradients of an {@link Operator}'s weights: sums over all rows, which threads make a part of the weights each.
 * They are stored, or given to a sink as soon as they are complete.
 *
 * <p>Rows are time-major, {@code row = step * batch + sample}. Sums over rows go by steps descending, within a step by
 * samples ascending: those of spikes in groups of four, each complete before it is added; those of values one fused
 * multiply-add a row. Those of a convolution go by blocks of eight samples, in each of which steps descend. So steps
 * may come in any number of calls, the last steps first: {@link #open}, then all rounds, in which rows are prepared
 * and, where the gradients of the outputs are there, added.
 */
public interface WeightGradients extends Rounds {

    /**
     * Weights that can be learned, and their gradient.
     *
     * @param name among the operator's {@link Operator#values}
     * @param values the weights themselves, in the layout of the operator; padding is zero
     * @param gradient makes room for the gradient at the first call, and returns it from then on
     * @param step the only step that has a gradient, counted from the last reset; {@link #ALL_STEPS} if all have
     */
    record Learned(String name, FloatMatrix values, Supplier<Sum> gradient, int step) {

        static final int ALL_STEPS = -1;

        public Learned(String name, FloatMatrix values, Supplier<Sum> gradient) {
            this(name, values, gradient, ALL_STEPS);
        }

        /**
         * Tells whether a window learns these weights: an optimizer leaves the others alone, as torch does without a
         * gradient.
         *
         * @param firstStep its first step, counted from the last reset
         * @param endStep the step behind its last
         * @return whether it has a step with a gradient
         */
        public boolean learnsIn(int firstStep, int endStep) {
            return step == ALL_STEPS || step >= firstStep && step < endStep;
        }
    }

    /**
     * The gradient of weights.
     *
     * @param packed in the layout of the weights, padding is zero
     * @param inTorch the same as a matrix in torch's layout
     */
    record Sum(FloatMatrix packed, Values inTorch) {}

    /**
     * Returns the weights that can be learned.
     *
     * @return weights with their gradients, in the order of {@link Operator#values}
     */
    List<Learned> learned();

    /**
     * Gives gradients to a sink from now on, in place of storing them. All rows must then come at once.
     *
     * @param name of the weights
     * @param sink takes each gradient as soon as it is complete
     * @return whether it will be so; else gradients are stored as before
     */
    default boolean give(String name, GradientSink sink) {
        return false;
    }

    /**
     * Takes rows of the source; all rounds follow.
     *
     * @param rows the rows that are added next
     */
    void open(WeightRows rows);

    /**
     * Tells whether gradients of the rows that were taken may come some steps at a time by {@link #add}, a tile of
     * outputs on a thread, with the same bits; asked before threads share the work, as it makes room.
     *
     * @param steps of each tile but the one of the first steps, which may have fewer
     * @param blocks the most blocks of 64 outputs in a tile
     * @return whether they may; those of a frame may where {@link #takesBlocks} says so
     */
    default boolean takesTiles(int steps, int blocks) {
        return false;
    }

    /**
     * Tells whether gradients of a frame may come some blocks of outputs at a time by {@link #add}.
     *
     * @return whether they may
     */
    default boolean takesBlocks() {
        return true;
    }

    /**
     * Tells whether gradients may stand behind a pool of largest values right behind the operator.
     *
     * @return how many rows are taken past the pool at a time; 0 if they may not
     */
    default int rowsPastPool() {
        return 0;
    }

    /**
     * Adds a tile of gradients, behind the rounds of rows whose gradients come by and by. A thread adds all steps of a
     * tile, the last ones first, before it takes another.
     *
     * @param gradient gradients of the rows that the operator made of these steps, from row 0 on, at the blocks in use
     * @param firstStep the first step
     * @param endStep the step behind the last
     * @param thread which of the threads adds, from 0
     */
    default void add(Tile gradient, int firstStep, int endStep, int thread) {
        throw new IllegalStateException(this + " takes gradients of all rows at once, expected no tile of them");
    }

    /**
     * Tells how much memory of the arena sums of blocks of samples take behind the first block.
     *
     * @param samples of a step
     * @return bytes
     */
    default long blockBytes(int samples) {
        return 0;
    }

    /**
     * Tells how much memory lists may take beside that of the arena, for sources such as the last.
     *
     * @param steps of a source
     * @param samples of a step
     * @return the most bytes
     */
    default long listBytes(int steps, int samples) {
        return 0;
    }
}

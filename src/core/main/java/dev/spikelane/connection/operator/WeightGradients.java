package dev.spikelane.connection.operator;

import dev.spikelane.kernel.optimize.GradientSink;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.util.List;
import java.util.function.Supplier;

/**
 * The gradients of an {@link Operator}'s weights: sums over all rows. Each thread computes a part of the weights.
 * Gradients are stored, or given to a sink as soon as they are complete.
 *
 * <p>Rows are time-major, {@code row = step * batch + sample}. Sums over rows have this order: steps descending, and
 * within a step samples ascending. Products with spikes are added in groups of four samples, each complete before it is
 * added; products with values by one fused multiply-add for each row. Convolutions sum over blocks of eight samples,
 * with steps descending in each block. Steps may therefore come in any number of calls, the last steps first. A call is
 * {@link #open}, then all rounds, which prepare the rows and add the gradients, unless {@link #add} brings them.
 */
public interface WeightGradients extends Rounds {

    /**
     * Weights that can learn, and their gradient.
     *
     * @param name the name in the operator's {@link Operator#values}
     * @param values the weights themselves, in the layout of the operator; padding is zero
     * @param gradient allocates the gradient at its first call, and returns it
     * @param step the only step with a gradient, counted from the last reset; {@link #ALL_STEPS} if all steps have one
     */
    record Learned(String name, FloatMatrix values, Supplier<Sum> gradient, int step) {

        static final int ALL_STEPS = -1;

        public Learned(String name, FloatMatrix values, Supplier<Sum> gradient) {
            this(name, values, gradient, ALL_STEPS);
        }

        /**
         * Returns true if the steps from {@code firstStep} until {@code endStep}, counted from the last reset, change
         * these weights; an optimizer skips other weights, as torch does without a gradient.
         */
        public boolean learnsIn(int firstStep, int endStep) {
            return step == ALL_STEPS || step >= firstStep && step < endStep;
        }
    }

    /**
     * The gradient of weights.
     *
     * @param packed in the layout of the weights; padding is zero
     * @param inTorch in torch's layout
     */
    record Sum(FloatMatrix packed, Values inTorch) {}

    /** Returns the weights that can learn, in the order of {@link Operator#values}. */
    List<Learned> learned();

    /**
     * Sends gradients of some weights to a sink from now on, as soon as they are complete; all rows must then come in
     * one call. Returns false if they are still stored.
     */
    default boolean give(String name, GradientSink sink) {
        return false;
    }

    /** Sets rows of the source; all rounds follow. */
    void open(WeightRows rows);

    /**
     * Returns true if gradients of these rows may come some steps at a time by {@link #add}, a tile of outputs on a
     * thread, with equal bits. Called before threads share the work, as it allocates.
     *
     * @param steps the steps of each tile; the tile of the first steps may have fewer
     * @param blocks the most blocks of 64 outputs in a tile
     */
    default boolean takesTiles(int steps, int blocks) {
        return false;
    }

    /** Returns true if gradients of a frame may come some blocks of outputs at a time by {@link #add}. */
    default boolean takesBlocks() {
        return true;
    }

    /**
     * Returns the number of rows whose gradients are computed at a time from gradients after a max pool that follows
     * the operator; 0 if this is not possible.
     */
    default int rowsPastPool() {
        return 0;
    }

    /**
     * Adds a tile of gradients, after the rounds of rows without gradients. A thread adds all steps of a tile, the last
     * ones first, before the next tile.
     *
     * @param gradient gradients of the operator's outputs at these steps, from row 0 on, at the blocks in use
     * @param endStep the step after the last
     */
    default void add(Tile gradient, int firstStep, int endStep, int thread) {
        throw new IllegalStateException(this + " takes gradients of all rows at once, expected no tile of them");
    }

    /** Returns the arena bytes of block sums after the first block. */
    default long blockBytes(int samples) {
        return 0;
    }

    /** Returns the most heap bytes of lists, for sources like the last one. */
    default long listBytes(int steps, int samples) {
        return 0;
    }
}

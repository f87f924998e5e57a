package dev.spikelane.connection.operator;

import dev.spikelane.kernel.norm.NormFactors;
import dev.spikelane.kernel.product.gradient.PreparedFrame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection laid out behind its source: turns spikes, or values, into currents. It owns its weights, which change
 * only between steps; several threads may use it if its arena is shared.
 *
 * <p>A shaped source's rows are in the inner order (y, x, channel), and so are the currents.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface Operator {

    /** An operator that computes each output from the input of the same number, so that it can work on a tile. */
    interface OnTile extends Operator {

        /**
         * Computes outputs where the inputs stand.
         *
         * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
         * @param rows how many rows
         */
        void apply(Tile current, int rows);

        @Override
        default int outputs() {
            return inputs();
        }

        @Override
        default int fewestRows() {
            return 1;
        }
    }

    /**
     * Returns the number of inputs.
     *
     * @return presynaptic neurons
     */
    int inputs();

    /**
     * Returns the number of outputs.
     *
     * @return postsynaptic neurons
     */
    int outputs();

    /**
     * Returns how many products or values a row takes, by which threads know whether sharing pays.
     *
     * @return a rough number
     */
    default long work() {
        return (long) inputs() * outputs();
    }

    /**
     * Asks for the scratch memory that one thread needs to {@code multiply} spikes, so that it allocates nothing.
     *
     * @param scratch the thread's; other operators may use it between two calls
     */
    default void reserve(Scratch scratch) {}

    /**
     * Asks for the scratch memory that one thread needs to {@code multiply} values.
     *
     * @param scratch the thread's; other operators may use it between two calls
     */
    default void reserveValues(Scratch scratch) {}

    /**
     * Tells whether {@link #prepare} does anything.
     *
     * @return whether it does
     */
    default boolean prepares() {
        return false;
    }

    /**
     * Does the work that all calls of {@code multiply} for these rows would repeat, once for all blocks and threads. A
     * stage that never calls it is only slower.
     *
     * @param spikes {@code [at least rows x inputs]}, in memory that lives as long as the scratch memory
     * @param rows how many rows, at least 1
     * @param active spikes in these rows
     * @param version a number that grows whenever anything is written where these rows are
     * @param scratch of one of the threads that share the product, while none of them multiplies
     */
    default void prepare(SpikeMatrix spikes, int rows, long active, long version, Scratch scratch) {}

    /**
     * Computes as {@code multiply} does, with the preparation if that was of these rows in this version.
     *
     * @param spikes {@code [at least rows x inputs]}, in memory that lives as long as the scratch memory
     * @param rows how many rows, at least 1
     * @param version as in {@link #prepare}
     * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
     * @param scratch the thread's, in which this operator has reserved memory
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    default void multiplyPrepared(SpikeMatrix spikes, int rows, long version, Tile current, Scratch scratch) {
        multiply(spikes, rows, current, scratch);
    }

    /**
     * Computes the currents of the first rows for some blocks of 64 outputs.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param rows how many rows, at least 1
     * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
     * @param scratch the thread's, in which this operator has reserved memory
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch);

    /**
     * Computes the currents that analog input gives in the first rows for some blocks of 64 outputs.
     *
     * @param input {@code [at least rows x inputs]}, finite
     * @param rows how many rows, at least 1
     * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
     * @param scratch the thread's, in which this operator has reserved memory
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch);

    /**
     * Takes a frame whose currents come next, if this has a faster way for frames, once for all blocks and threads.
     *
     * @param frame {@code [batch x inputs]}, finite, which must not change before the last of these products
     * @param version grows whenever the frame is written
     * @param prepared the preparation that threads share
     * @return whether {@link #multiplyFrame} should be called; else the frame is a matrix as others
     */
    default boolean prepareFrame(FloatMatrix frame, long version, PreparedFrame prepared) {
        return false;
    }

    /**
     * Computes the currents of a frame that was taken for some blocks of 64 outputs, with the same bits but for the
     * sign of zeros.
     *
     * @param prepared from {@link #prepareFrame}
     * @param current {@code [batch x outputs]}, overwritten at the blocks in use
     * @param thread which of the threads computes, from 0
     */
    default void multiplyFrame(PreparedFrame prepared, Tile current, int thread) {
        throw new IllegalStateException("no frame was taken");
    }

    /**
     * Returns the weights by name.
     *
     * @return the values of this operator, in torch's layout; empty if it has no weights
     */
    default List<Values> values() {
        return List.of();
    }

    /**
     * Returns the factor and the summand of each column, in all steps, if that is all that it does.
     *
     * @return factors and terms as they are now; null if it does something else
     */
    default @Nullable NormFactors channelFactors() {
        return null;
    }

    /**
     * Tells whether values become currents as they are.
     *
     * @return whether they do, with the weights that there are now
     */
    default boolean passes() {
        return false;
    }

    /**
     * Copies this operator with its weights.
     *
     * @param arena the arena that owns the copy
     * @return an operator with weights of its own
     */
    Operator copy(Arena arena);

    /**
     * Prepares the way back to the source.
     *
     * @param arena the arena that owns its memory
     * @return the way back through this operator, with its weights
     * @throws UnsupportedOperationException if this operator has no gradient; the message says why
     */
    default InputGradient inputGradient(Arena arena) {
        throw new UnsupportedOperationException(this + " has no gradient");
    }

    /**
     * Prepares the gradients of the weights.
     *
     * @param arena the arena that owns sums of gradients and scratch memory
     * @param threads threads that add them
     * @return the gradients; null if there are no weights that can be learned
     * @throws UnsupportedOperationException if this operator has no gradient; the message says why
     */
    default @Nullable WeightGradients weightGradients(Arena arena, int threads) {
        throw new UnsupportedOperationException(this + " has no gradient");
    }

    /** Takes notice that training has changed the weights, which may not be finite any more. */
    default void update() {}

    /**
     * Sets the value of one spike of the source (graded spikes): the operator multiplies spikes by {@code value_i * w},
     * rounded once to float32. The weights stay as they are.
     *
     * @param values one value, or one for each input, in the order of the rows; copied
     * @throws IllegalArgumentException if a product is not finite; nothing has changed then
     */
    void setSpikeValue(float[] values);

    /**
     * Says that the values of the source are whole numbers, from 0, whose bits are spikes. An operator may multiply
     * them as other values.
     *
     * @param greatest the greatest
     */
    default void takeWholeNumbers(int greatest) {}

    /**
     * Tells whether values are whole numbers whose bits are multiplied as spikes.
     *
     * @return whether they are
     */
    default boolean multipliesBits() {
        return false;
    }

    /**
     * Says how threads should share products of many rows. Results do not depend on it.
     *
     * @param rows rows that there are
     * @param threads threads that share them
     * @return how to cut them
     */
    default Cut cut(int rows, int threads) {
        return Cut.OUTPUTS;
    }

    /**
     * Tells whether {@code multiply} can fill some blocks of outputs without making the rows that the others need too.
     *
     * @return whether it can; else tiles must have all blocks in use
     */
    default boolean takesTiles() {
        return true;
    }

    /**
     * Advises how many rows to give {@code multiply} at a time where there are more. Results do not depend on it.
     *
     * @param rows rows that there are
     * @param active spikes in these rows
     * @return the best number of rows, at most {@code rows}
     */
    default int rowsAtATime(int rows, long active) {
        return rows;
    }

    /**
     * Tells from how many rows on {@code multiply} takes no less for each, so that a path of several operators can be
     * taken through in few rows. Results do not depend on it.
     *
     * @return rows; all that there are unless an operator knows better
     */
    default int fewestRows() {
        return Integer.MAX_VALUE;
    }

    /**
     * Names the kernel that multiplies these spikes, for profiles.
     *
     * @param rows rows in the call
     * @param active spikes in these rows
     * @return a short name
     */
    default String kernel(int rows, long active) {
        return toString();
    }

    /**
     * Names the kernel that multiplies analog input, for profiles.
     *
     * @param rows rows in the call
     * @return a short name
     */
    default String kernel(int rows) {
        return toString();
    }
}

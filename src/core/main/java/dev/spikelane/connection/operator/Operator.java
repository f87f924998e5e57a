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
 * A connection bound to the shape of its source. It converts spikes or values to currents. It owns its weights, which
 * change only between steps; several threads may use it if its arena is shared.
 *
 * <p>A shaped source's rows are in the inner order (y, x, channel), and so are the currents.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface Operator {

    /**
     * An operator whose outputs depend only on the input with the same index, so that it can work in place on a tile.
     */
    interface OnTile extends Operator {

        /**
         * Computes outputs in place of the inputs.
         *
         * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
         * @param rows the number of rows
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
     * Returns the number of products or values of a row, by which threads decide whether to share the work.
     *
     * @return an estimate
     */
    default long work() {
        return (long) inputs() * outputs();
    }

    /**
     * Reserves the scratch memory of one thread for products of spikes, so that they allocate nothing.
     *
     * @param scratch the thread's scratch memory, which other operators may use between two calls
     */
    default void reserve(Scratch scratch) {}

    /**
     * Reserves the scratch memory of one thread for products of values.
     *
     * @param scratch the thread's scratch memory, which other operators may use between two calls
     */
    default void reserveValues(Scratch scratch) {}

    /**
     * Returns true if {@link #prepare} has an effect.
     *
     * @return true if it has an effect
     */
    default boolean prepares() {
        return false;
    }

    /**
     * Does work that all products of these rows share, once for all blocks and threads. Without this call, products are
     * only slower.
     *
     * @param spikes {@code [at least rows x inputs]}, in memory that lives as long as the scratch memory
     * @param rows the number of rows, at least 1
     * @param active spikes in these rows
     * @param version a number that grows with each write to these rows
     * @param scratch the scratch memory of one of the threads that share the product, while no thread multiplies
     */
    default void prepare(SpikeMatrix spikes, int rows, long active, long version, Scratch scratch) {}

    /**
     * Computes currents as {@code multiply} does, with the preparation if it is of these rows and this version.
     *
     * @param spikes {@code [at least rows x inputs]}, in memory that lives as long as the scratch memory
     * @param rows the number of rows, at least 1
     * @param version as in {@link #prepare}
     * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
     * @param scratch the thread's scratch memory, reserved by this operator
     * @throws IllegalArgumentException if a shape or range differs
     */
    default void multiplyPrepared(SpikeMatrix spikes, int rows, long version, Tile current, Scratch scratch) {
        multiply(spikes, rows, current, scratch);
    }

    /**
     * Computes the currents of the first rows for some blocks of 64 outputs.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param rows the number of rows, at least 1
     * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
     * @param scratch the thread's scratch memory, reserved by this operator
     * @throws IllegalArgumentException if a shape or range differs
     */
    void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch);

    /**
     * Computes the currents of analog input in the first rows, for some blocks of 64 outputs.
     *
     * @param input {@code [at least rows x inputs]}, finite
     * @param rows the number of rows, at least 1
     * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
     * @param scratch the thread's scratch memory, reserved by this operator
     * @throws IllegalArgumentException if a shape or range differs
     */
    void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch);

    /**
     * Prepares a frame for the next products, if this operator has a faster method for frames, once for all blocks and
     * threads.
     *
     * @param frame {@code [batch x inputs]}, finite, unchanged until the last of these products
     * @param version a number that grows with each write to the frame
     * @param prepared the preparation that threads share
     * @return true if {@link #multiplyFrame} should be called; false to multiply the frame like other rows
     */
    default boolean prepareFrame(FloatMatrix frame, long version, PreparedFrame prepared) {
        return false;
    }

    /**
     * Computes the currents of the prepared frame for some blocks of 64 outputs. The bits equal {@code multiply}'s,
     * except for the sign of zeros.
     *
     * @param prepared the preparation of {@link #prepareFrame}
     * @param current {@code [batch x outputs]}, overwritten at the blocks in use
     * @param thread the number of the computing thread, from 0
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
     * Returns the factor and the term of each column, if the operator does nothing else at any step.
     *
     * @return the present factors and terms; null if the operator does something else
     */
    default @Nullable NormFactors channelFactors() {
        return null;
    }

    /**
     * Returns true if values become currents unchanged.
     *
     * @return true if they do with the present weights
     */
    default boolean passes() {
        return false;
    }

    /**
     * Copies this operator with its weights.
     *
     * @param arena the arena that owns the copy
     * @return an operator with its own weights
     */
    Operator copy(Arena arena);

    /**
     * Creates the backward pass to the source.
     *
     * @param arena the arena that owns its memory
     * @return the input gradient, with the weights of this operator
     * @throws UnsupportedOperationException if this operator has no gradient; the message gives the reason
     */
    default InputGradient inputGradient(Arena arena) {
        throw new UnsupportedOperationException(this + " has no gradient");
    }

    /**
     * Creates the gradients of the weights.
     *
     * @param arena the arena that owns sums of gradients and scratch memory
     * @param threads the number of threads that add them
     * @return the gradients; null if no weights can learn
     * @throws UnsupportedOperationException if this operator has no gradient; the message gives the reason
     */
    default @Nullable WeightGradients weightGradients(Arena arena, int threads) {
        throw new UnsupportedOperationException(this + " has no gradient");
    }

    /** Updates packed data after training has changed the weights, which may not be finite any more. */
    default void update() {}

    /**
     * Sets the value of one spike of the source (graded spikes): the operator multiplies spikes by {@code value_i * w},
     * rounded once to float32. The weights do not change.
     *
     * @param values one value, or one for each input, in the order of the rows; copied
     * @throws IllegalArgumentException if a product is not finite; nothing has changed then
     */
    void setSpikeValue(float[] values);

    /**
     * Declares that the values of the source are integers from 0, whose bits are spikes. An operator may multiply them
     * as other values.
     *
     * @param greatest the largest integer
     */
    default void takeWholeNumbers(int greatest) {}

    /**
     * Returns true if values are integers whose bits are multiplied as spikes.
     *
     * @return true if they are
     */
    default boolean multipliesBits() {
        return false;
    }

    /**
     * Returns the best cut of products with many rows between threads. Results do not depend on it.
     *
     * @param rows the number of rows
     * @param threads the number of threads
     * @return the cut
     */
    default Cut cut(int rows, int threads) {
        return Cut.OUTPUTS;
    }

    /**
     * Returns true if {@code multiply} can compute some blocks of outputs without rows that all blocks need.
     *
     * @return true if it can; otherwise tiles must have all blocks in use
     */
    default boolean takesTiles() {
        return true;
    }

    /**
     * Returns the best number of rows for a call of {@code multiply}. Results do not depend on it.
     *
     * @param rows the number of rows in all
     * @param active spikes in these rows
     * @return the best number of rows, at most {@code rows}
     */
    default int rowsAtATime(int rows, long active) {
        return rows;
    }

    /**
     * Returns the number of rows from which on {@code multiply} takes no less time per row, so that paths can run few
     * rows at a time. Results do not depend on it.
     *
     * @return rows; unlimited by default
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

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
 * change only between steps; several threads may use it if its arena is shared. Rows and currents are in the inner
 * order (y, x, channel).
 *
 * <p>Products read the first rows of {@code [at least rows x inputs]} and overwrite those rows of {@code current},
 * {@code [at least rows x outputs]}, at the blocks of 64 outputs in use. They use scratch memory that this operator has
 * reserved for the thread, and throw an {@link IllegalArgumentException} if a shape or range differs.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface Operator {

    /** An operator whose outputs depend only on the input of equal index, so that it can work in place on a tile. */
    interface OnTile extends Operator {

        /** Computes outputs in place of the inputs. */
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

    int inputs();

    int outputs();

    /** Estimates the products or values of a row, by which threads decide whether to share the work. */
    default long work() {
        return (long) inputs() * outputs();
    }

    /**
     * Reserves a thread's scratch memory for products of spikes, so that they allocate nothing. Other operators may use
     * it between two calls.
     */
    default void reserve(Scratch scratch) {}

    /** Reserves a thread's scratch memory for products of values. */
    default void reserveValues(Scratch scratch) {}

    default boolean prepares() {
        return false;
    }

    /**
     * Does the common work of all blocks and threads for some rows, once. Without it, products are only slower.
     *
     * @param spikes the rows, in memory that lives as long as the scratch memory
     * @param active spikes in these rows
     * @param version a number that grows with each write to these rows
     * @param scratch the scratch memory of one of the threads, while no thread multiplies
     */
    default void prepare(SpikeMatrix spikes, int rows, long active, long version, Scratch scratch) {}

    /** Computes currents as {@code multiply} does, with the preparation if it is of these rows and this version. */
    default void multiplyPrepared(SpikeMatrix spikes, int rows, long version, Tile current, Scratch scratch) {
        multiply(spikes, rows, current, scratch);
    }

    /** Computes the currents of spikes. */
    void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch);

    /** Computes the currents of finite values. */
    void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch);

    /**
     * Prepares a constant frame, once for all blocks and threads, if this operator has a faster method for frames.
     *
     * @param frame {@code [batch x inputs]}, finite, unchanged until the last of its products
     * @param version a number that grows with each write to the frame
     * @return false to multiply the frame like other rows, without {@link #multiplyFrame}
     */
    default boolean prepareFrame(FloatMatrix frame, long version, PreparedFrame prepared) {
        return false;
    }

    /**
     * Computes the currents of the prepared frame, {@code [batch x outputs]}. The bits equal {@code multiply}'s, except
     * for the sign of zeros.
     */
    default void multiplyFrame(PreparedFrame prepared, Tile current, int thread) {
        throw new IllegalStateException("no frame was taken");
    }

    /** Returns the weights in torch's layout; empty if there are none. */
    default List<Values> values() {
        return List.of();
    }

    /** Returns the present factor and term of each column; null if the operator does anything else at a step. */
    default @Nullable NormFactors channelFactors() {
        return null;
    }

    /** Returns true if the present weights leave values unchanged. */
    default boolean passes() {
        return false;
    }

    Operator copy(Arena arena);

    /**
     * Creates the backward pass to the source, with the weights of this operator.
     *
     * @throws UnsupportedOperationException if there is no gradient; the message gives the reason
     */
    default InputGradient inputGradient(Arena arena) {
        throw new UnsupportedOperationException(this + " has no gradient");
    }

    /**
     * Creates the gradients of the weights, which {@code threads} threads add; null if no weights can learn.
     *
     * @throws UnsupportedOperationException if there is no gradient; the message gives the reason
     */
    default @Nullable WeightGradients weightGradients(Arena arena, int threads) {
        throw new UnsupportedOperationException(this + " has no gradient");
    }

    /** Updates packed data after training has changed the weights, which may be infinite or NaN. */
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
     * Declares that the values of the source are integers from 0 to {@code greatest}, whose bits are spikes. An
     * operator may multiply them as other values.
     */
    default void takeWholeNumbers(int greatest) {}

    /** Returns true if values are integers whose bits are multiplied as spikes. */
    default boolean multipliesBits() {
        return false;
    }

    /** Returns the best cut of products with many rows between threads. Results do not depend on it. */
    default Cut cut(int rows, int threads) {
        return Cut.OUTPUTS;
    }

    /** Returns true if {@code multiply} can compute some blocks of outputs without data that all blocks need. */
    default boolean takesTiles() {
        return true;
    }

    /**
     * Returns the best number of rows for a call of {@code multiply}, at most {@code rows}. Results do not depend on
     * it.
     *
     * @param active spikes in these rows
     */
    default int rowsAtATime(int rows, long active) {
        return rows;
    }

    /** Returns the number of rows from which on the time per row is least, so that paths can run few rows at a time. */
    default int fewestRows() {
        return Integer.MAX_VALUE;
    }

    /** Names the kernel that multiplies these spikes, for profiles. */
    default String kernel(int rows, long active) {
        return toString();
    }

    /** Names the kernel that multiplies values, for profiles. */
    default String kernel(int rows) {
        return toString();
    }
}

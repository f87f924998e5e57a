package dev.spikelane.connection.operator;

import dev.spikelane.kernel.pool.PooledGradients;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.simd.Tile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way back through an {@link Operator} to its source, whose own way back pulls gradients when it needs them: into a
 * tile of the source, or into whole rows of it.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface InputGradient {

    /** A way back that makes whole rows, as a block of inputs would take it as long as all of them. */
    interface OfRows extends InputGradient {

        /**
         * Asks for the scratch memory that one thread needs to {@code pull}: which threads pull is known only as they
         * do, and may be others in the next window.
         *
         * @param scratch the thread's
         */
        void reserve(Scratch scratch);

        /**
         * Computes the gradients of the first rows of the source.
         *
         * @param gradient {@code [at least rows x outputs]}: gradients of the rows that the operator made
         * @param rows how many rows, at least 1
         * @param into {@code [at least rows x inputs]}, of which these rows are overwritten
         * @param scratch the thread's, in which memory was reserved
         */
        void pull(FloatMatrix gradient, int rows, FloatMatrix into, Scratch scratch);

        /**
         * Computes the same past a pool of largest values right behind the operator.
         *
         * @param gradient {@code [at least rows]}: gradients of the rows that the pool made
         * @param rows how many rows, at least 1
         * @param into {@code [at least rows x inputs]}, of which these rows are overwritten
         * @param scratch the thread's, in which memory was reserved
         */
        void pull(PooledGradients gradient, int rows, FloatMatrix into, Scratch scratch);

        /** Throws, as rows are made whole. */
        @Override
        default void pull(FloatMatrix gradient, int rows, Tile into) {
            throw new IllegalStateException(this + " makes whole rows, expected no tile of them");
        }
    }

    /** A way back that depends on the inputs of the operator: the largest of some inputs has all of a gradient. */
    interface OfInputs extends InputGradient {

        /**
         * Computes the gradients of the first rows of the source for some blocks of 64 inputs.
         *
         * @param inputs {@code [at least rows x inputs]}: the spikes or values of the source
         * @param gradient {@code [at least rows x outputs]}: gradients of the rows that the operator made
         * @param rows how many rows, at least 1
         * @param into {@code [at least rows x inputs]}, of which these rows of the blocks in use are overwritten
         */
        void pull(Signal inputs, FloatMatrix gradient, int rows, Tile into);

        /** Throws, as there are no inputs. */
        @Override
        default void pull(FloatMatrix gradient, int rows, Tile into) {
            throw new IllegalStateException(this + " has no inputs, expected those of the way forward");
        }
    }

    /**
     * Computes the gradients of the first rows of the source for some blocks of 64 inputs, each sum from zero over
     * outputs ascending.
     *
     * @param gradient {@code [at least rows x outputs]}: gradients of the rows that the operator made
     * @param rows how many rows, at least 1
     * @param into {@code [at least rows x inputs]}, of which these rows of the blocks in use are overwritten
     */
    void pull(FloatMatrix gradient, int rows, Tile into);

    /**
     * Returns the weights as {@link #pull} reads them, for a loop that pulls by itself.
     *
     * @return 64 inputs side by side, a row for each output rounded up to a multiple of 16, block after block; null if
     *     there is no such matrix
     */
    default @Nullable FloatMatrix packed() {
        return null;
    }

    /**
     * Returns a listener that is told that the weights have changed.
     *
     * @return parts that threads may share
     */
    default List<Runnable> updates() {
        return List.of();
    }
}

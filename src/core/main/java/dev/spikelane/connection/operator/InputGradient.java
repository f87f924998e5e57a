package dev.spikelane.connection.operator;

import dev.spikelane.kernel.pool.PooledGradients;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The backward pass of an {@link Operator} to its source. The source's own backward pass calls it when it needs
 * gradients, for a tile or for whole rows.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface InputGradient {

    /** An input gradient of whole rows: a block of inputs would take as much time as all of them. */
    interface OfRows extends InputGradient {

        /**
         * Reserves the scratch memory of one thread for {@code pull}. Each thread reserves it, as any thread may pull
         * in the next window.
         *
         * @param scratch the thread's scratch memory
         */
        void reserve(Scratch scratch);

        /**
         * Computes the gradients of the first rows of the source.
         *
         * @param gradient {@code [at least rows x outputs]}, gradients of the operator's outputs
         * @param rows the number of rows, at least 1
         * @param into {@code [at least rows x inputs]}, of which these rows are overwritten
         * @param scratch the thread's scratch memory, reserved by {@link #reserve}
         */
        void pull(FloatMatrix gradient, int rows, FloatMatrix into, Scratch scratch);

        /**
         * Computes the gradients of the first rows of the source, from gradients after a max pool that follows the
         * operator.
         *
         * @param gradient {@code [at least rows]}, gradients of the pool's outputs
         * @param rows the number of rows, at least 1
         * @param into {@code [at least rows x inputs]}, of which these rows are overwritten
         * @param scratch the thread's scratch memory, reserved by {@link #reserve}
         */
        void pull(PooledGradients gradient, int rows, FloatMatrix into, Scratch scratch);

        /** Throws, as only whole rows are computed. */
        @Override
        default void pull(FloatMatrix gradient, int rows, Tile into) {
            throw new IllegalStateException(this + " makes whole rows, expected no tile of them");
        }
    }

    /**
     * Computes the gradients of the first rows of the source for some blocks of 64 inputs, each sum from zero over
     * outputs ascending.
     *
     * @param gradient {@code [at least rows x outputs]}, gradients of the operator's outputs
     * @param rows the number of rows, at least 1
     * @param into {@code [at least rows x inputs]}, of which these rows of the blocks in use are overwritten
     */
    void pull(FloatMatrix gradient, int rows, Tile into);

    /**
     * Returns the packed weights that {@link #pull} reads, for a fused loop.
     *
     * @return 64 adjacent inputs, a row for each output rounded up to a multiple of 16, block after block; null if
     *     there is no such matrix
     */
    default @Nullable FloatMatrix packed() {
        return null;
    }

    /**
     * Returns the jobs after a change of weights.
     *
     * @return jobs that threads may share
     */
    default List<Runnable> updates() {
        return List.of();
    }
}

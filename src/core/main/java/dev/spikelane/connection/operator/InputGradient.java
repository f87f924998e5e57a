package dev.spikelane.connection.operator;

import dev.spikelane.kernel.pool.PooledGradients;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The backward pass of an {@link Operator} to its source, whose backward pass calls it for a tile or for whole rows.
 *
 * <p>Methods overwrite the gradients of the first rows of the source: {@code into} is {@code [at least rows x inputs]},
 * {@code gradient} has the gradients of the operator's outputs, {@code [at least rows x outputs]}.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface InputGradient {

    /** An input gradient of whole rows: a block of inputs would take as much time as all of them. */
    interface OfRows extends InputGradient {

        /** Reserves the scratch memory of one thread for {@code pull}; any thread may pull in the next window. */
        void reserve(Scratch scratch);

        /** Computes whole rows. */
        void pull(FloatMatrix gradient, int rows, FloatMatrix into, Scratch scratch);

        /** Computes whole rows from gradients after a max pool that follows the operator. */
        void pull(PooledGradients gradient, int rows, FloatMatrix into, Scratch scratch);

        @Override
        default void pull(FloatMatrix gradient, int rows, Tile into) {
            throw new IllegalStateException(this + " makes whole rows, expected no tile of them");
        }
    }

    /** Computes some blocks of 64 inputs, each sum from zero over outputs ascending. */
    void pull(FloatMatrix gradient, int rows, Tile into);

    /**
     * Returns the packed weights that {@link #pull} reads, for a fused loop.
     *
     * @return 64 adjacent inputs, a row for each output rounded up to a multiple of 16, block after block; or null
     */
    default @Nullable FloatMatrix packed() {
        return null;
    }

    /** {@return jobs after a change of weights, which threads may share} */
    default List<Runnable> updates() {
        return List.of();
    }
}

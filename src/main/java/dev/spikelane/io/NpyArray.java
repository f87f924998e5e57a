package dev.spikelane.io;

import java.util.List;

/**
 * An array read from a {@code .npy} file: a matrix, and the shape that the file declares. The last dimension are the
 * matrix's columns, the product of the others its rows: {@code [steps, batch, neurons]} becomes {@code [(steps * batch)
 * x neurons]}.
 *
 * @param <M> {@link dev.spikelane.memory.FloatMatrix} or {@link dev.spikelane.memory.SpikeMatrix}
 * @param matrix the values
 * @param shape the dimensions, each at least 1; empty for a single number, whose matrix is {@code [1 x 1]}
 */
public record NpyArray<M>(M matrix, List<Integer> shape) {

    /** Keeps an unmodifiable copy of the shape. */
    public NpyArray {
        shape = List.copyOf(shape);
    }
}

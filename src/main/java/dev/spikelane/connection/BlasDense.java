package dev.spikelane.connection;

import dev.spikelane.blas.OpenBlas;
import dev.spikelane.memory.Shape;
import dev.spikelane.random.TorchRandom;

/**
 * A dense connection that an OpenBLAS shared library multiplies, for comparison. Its results differ from those of
 * {@link Dense} by rounding and may depend on the library, the CPU, the number of rows and threads.
 */
public final class BlasDense implements Connection {

    private final Dense dense;

    private BlasDense(Dense dense) {
        this.dense = dense;
    }

    /**
     * Makes a connection.
     *
     * @param dense its weights and bias
     * @return the connection
     * @throws IllegalStateException if no OpenBLAS was found
     */
    public static BlasDense of(Dense dense) {
        OpenBlas.requireAvailable();
        return new BlasDense(dense);
    }

    /**
     * Makes a connection with the random weights and bias that {@code torch.nn.Linear(inputs, outputs)} starts with.
     *
     * @param inputs number of inputs, at least 1
     * @param outputs number of outputs, at least 1
     * @param random the stream they are drawn from
     * @return the connection
     * @throws IllegalArgumentException if a size is below 1
     * @throws IllegalStateException if no OpenBLAS was found
     */
    public static BlasDense linear(int inputs, int outputs, TorchRandom random) {
        OpenBlas.requireAvailable();
        return new BlasDense(Dense.linear(inputs, outputs, random));
    }

    /**
     * Returns the connection that OpenBLAS multiplies.
     *
     * @return its weights and bias
     */
    public Dense dense() {
        return dense;
    }

    @Override
    public Shape outputShape(Shape input) {
        return dense.outputShape(input);
    }

    @Override
    public String toString() {
        return "dense by OpenBLAS " + dense.inputs() + " -> " + dense.outputs();
    }
}

package dev.spikelane.connection;

import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.random.TorchRandom;

/**
 * Connects every input to every output with weights of 8 or 16 bits and a scale for each output, or one for all:
 * {@code current = bias + scale * float(sum of the integers of the inputs that fire)}. The sum is exact and has no
 * order; it, the product and the sum with the bias are each rounded once to float32. A tenth of the spikes of 784
 * inputs costs a third of the time of {@link Dense}, whose weights take 4 or 2 times the memory.
 *
 * <p>Spikes may carry a value, the same for all inputs, by which scales are multiplied, rounded once. Values, such as
 * analog input, are multiplied by weights widened to float32, in the order of {@link dev.spikelane.kernel.Matmul}.
 * There is no gradient: train a {@link Dense} and round it.
 */
public final class IntegerDense implements Connection {

    private final IntegerMatrix weights;
    private final FloatMatrix bias;

    private IntegerDense(IntegerMatrix weights, FloatMatrix bias) {
        this.weights = weights;
        this.bias = bias;
    }

    /**
     * Makes a connection from weights and bias.
     *
     * @param weights {@code [outputs x inputs]}
     * @param bias {@code [1 x outputs]}; copied
     * @return the connection
     * @throws IllegalArgumentException if the shapes do not fit, a bias is NaN or infinite, or there are more inputs
     *     than sums of 32 bits can hold: 65,535 of 16 bits, 16,777,215 of 8
     */
    public static IntegerDense of(IntegerMatrix weights, FloatMatrix bias) {
        bias.requireShape("bias", 1, weights.rows());
        bias.requireFinite("bias");
        int most = Integer.MAX_VALUE / (weights.type().greatest() + 1);
        if (weights.columns() > most) {
            throw new IllegalArgumentException("weights are " + weights.type() + " [" + weights.rows() + " x "
                    + weights.columns() + "], expected at most " + most
                    + " inputs, whose sum is sure to fit 32 bits");
        }
        FloatMatrix own = FloatMatrix.zeros(1, weights.rows());
        own.copyFrom(bias);
        return new IntegerDense(weights, own);
    }

    /**
     * Makes a connection without a bias.
     *
     * @param weights {@code [outputs x inputs]}
     * @return the connection
     * @throws IllegalArgumentException if there are more inputs than sums of 32 bits can hold
     */
    public static IntegerDense of(IntegerMatrix weights) {
        return of(weights, FloatMatrix.zeros(1, weights.rows()));
    }

    /**
     * Rounds the weights of a connection to the nearest integers, with a scale for each output
     * ({@link IntegerMatrix#nearest}); the bias stays what it is.
     *
     * @param type INT8 or INT16
     * @param dense the connection
     * @return the connection with integer weights
     * @throws IllegalArgumentException if there are more inputs than sums of 32 bits can hold
     * @throws IllegalStateException if the type is FLOAT32
     */
    public static IntegerDense nearest(ElementType type, Dense dense) {
        return of(IntegerMatrix.nearest(type, dense.weights()), dense.bias());
    }

    /**
     * Makes a connection whose weights are those of {@link Dense#linear}, rounded.
     *
     * @param type INT8 or INT16
     * @param inputs number of inputs, at least 1
     * @param outputs number of outputs, at least 1
     * @param random the stream they are drawn from
     * @return the connection
     * @throws IllegalArgumentException if a size is below 1, or there are more inputs than sums of 32 bits can hold
     * @throws IllegalStateException if the type is FLOAT32
     */
    public static IntegerDense linear(ElementType type, int inputs, int outputs, TorchRandom random) {
        return nearest(type, Dense.linear(inputs, outputs, random));
    }

    /**
     * Returns the number of inputs.
     *
     * @return presynaptic neurons
     */
    public int inputs() {
        return weights.columns();
    }

    /**
     * Returns the number of outputs.
     *
     * @return postsynaptic neurons
     */
    public int outputs() {
        return weights.rows();
    }

    /**
     * Returns the weights that a network starts with.
     *
     * @return {@code [outputs x inputs]}
     */
    public IntegerMatrix weights() {
        return weights;
    }

    /**
     * Returns the bias that a network starts with.
     *
     * @return {@code [1 x outputs]}; not to be changed
     */
    public FloatMatrix bias() {
        return bias;
    }

    @Override
    public Shape outputShape(Shape input) {
        return FlatSource.outputs(this, input, inputs(), outputs());
    }

    @Override
    public String toString() {
        return "dense " + weights.type() + (weights.scales().length == 1 ? " of one scale " : " ") + inputs() + " -> "
                + outputs();
    }
}

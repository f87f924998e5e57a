package dev.spikelane.connection;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;

/**
 * Connects every input to every output, as {@code torch.nn.Linear} does: {@code current = bias + weights * spikes}. The
 * order of the sum is that of {@link dev.spikelane.kernel.Matmul}, for spikes and for values. Behind a
 * flattened source of several channels, inputs are summed in the order (y, x, channel).
 */
public final class Dense implements Connection {

    private final FloatMatrix weights;
    private final FloatMatrix bias;

    private Dense(FloatMatrix weights, FloatMatrix bias) {
        this.weights = weights;
        this.bias = bias;
    }

    /**
     * Makes a connection from weights and bias; its memory is freed when it is forgotten.
     *
     * @param weights {@code [outputs x inputs]}; copied
     * @param bias {@code [1 x outputs]}; copied
     * @return the connection
     * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite
     */
    public static Dense of(FloatMatrix weights, FloatMatrix bias) {
        return of(NativeMemory.ofAuto(), weights, bias);
    }

    /**
     * Makes a connection without a bias; its memory is freed when it is forgotten.
     *
     * @param weights {@code [outputs x inputs]}; copied
     * @return the connection
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public static Dense of(FloatMatrix weights) {
        return of(NativeMemory.ofAuto(), weights);
    }

    /**
     * Makes a connection from weights and bias.
     *
     * @param arena the arena that owns the copy
     * @param weights {@code [outputs x inputs]}; copied
     * @param bias {@code [1 x outputs]}; copied
     * @return the connection
     * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite
     */
    public static Dense of(Arena arena, FloatMatrix weights, FloatMatrix bias) {
        if (bias.columns() == weights.columns() && bias.columns() != weights.rows()) {
            throw new IllegalArgumentException("weights are [" + weights.rows() + " x " + weights.columns()
                    + "] with a bias of " + bias.columns()
                    + " outputs, expected [outputs x inputs]; they are transposed,"
                    + " weights.transposed() is what is needed");
        }
        bias.requireShape("bias", 1, weights.rows());
        weights.requireFinite("weights");
        bias.requireFinite("bias");
        FloatMatrix ownWeights = FloatMatrix.zeros(arena, weights.rows(), weights.columns());
        ownWeights.copyFrom(weights);
        FloatMatrix ownBias = FloatMatrix.zeros(arena, 1, weights.rows());
        ownBias.copyFrom(bias);
        return new Dense(ownWeights, ownBias);
    }

    /**
     * Makes a connection without a bias.
     *
     * @param arena the arena that owns the copy
     * @param weights {@code [outputs x inputs]}; copied
     * @return the connection
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public static Dense of(Arena arena, FloatMatrix weights) {
        return of(arena, weights, FloatMatrix.zeros(arena, 1, weights.rows()));
    }

    /**
     * Makes a connection with the random weights and bias that {@code torch.nn.Linear(inputs, outputs)} starts with;
     * its memory is freed when it is forgotten.
     *
     * @param inputs number of inputs, at least 1
     * @param outputs number of outputs, at least 1
     * @param random the stream they are drawn from
     * @return the connection
     * @throws IllegalArgumentException if a size is below 1
     */
    public static Dense linear(int inputs, int outputs, TorchRandom random) {
        return linear(NativeMemory.ofAuto(), inputs, outputs, random);
    }

    /**
     * Makes a connection with the random weights and bias that {@code torch.nn.Linear(inputs, outputs)} starts with:
     * both uniform in {@code [-1 / sqrt(inputs), 1 / sqrt(inputs))}, the weights drawn before the bias.
     *
     * @param arena the arena that owns the weights
     * @param inputs number of inputs, at least 1
     * @param outputs number of outputs, at least 1
     * @param random the stream they are drawn from
     * @return the connection
     * @throws IllegalArgumentException if a size is below 1
     */
    public static Dense linear(Arena arena, int inputs, int outputs, TorchRandom random) {
        FloatMatrix weights = FloatMatrix.zeros(arena, outputs, inputs);
        FloatMatrix bias = FloatMatrix.zeros(arena, 1, outputs);
        random.linear(weights, bias);
        return new Dense(weights, bias);
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
     * @return {@code [outputs x inputs]}; not to be changed
     */
    public FloatMatrix weights() {
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
        return "dense " + inputs() + " -> " + outputs();
    }
}

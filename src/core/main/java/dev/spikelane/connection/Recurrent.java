package dev.spikelane.connection;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;

/**
 * Connects all neurons of a population to all of them: {@code current = weights * spikes + bias}. Feedback accumulates
 * rounding, so spikes are summed in snnTorch's order: the active weights one after another, ascending, and the bias
 * last. Values are summed in the order of {@link dev.spikelane.kernel.Matmul}. A population of maps needs no
 * {@link Flatten}: with as many outputs as inputs the outputs have its shape, and a multiple has that many times its
 * channels, so gates of maps are maps.
 *
 * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}; copied, and not to be changed
 * @param bias {@code [1 x outputs]}, as in snnTorch's recurrence, or zeros; copied, and not to be changed
 * @param biased true if the bias is learned and stored; else a network has no such value
 */
public record Recurrent(FloatMatrix weights, FloatMatrix bias, boolean biased) implements Connection {

    /**
     * Creates a connection.
     *
     * @throws IllegalArgumentException if the shapes do not fit, a value is NaN or infinite, or there is a bias other
     *     than 0 although {@code biased} is false
     */
    public Recurrent {
        bias.requireShape("bias", 1, weights.rows());
        weights.requireFinite("weights");
        bias.requireFinite("bias");
        for (int i = 0; i < bias.columns() && !biased; i++) {
            if (bias.get(0, i) != 0) {
                throw new IllegalArgumentException(
                        "bias of output " + i + " is " + bias.get(0, i) + ", expected 0 without a bias");
            }
        }
        weights = copy(weights);
        bias = copy(bias);
    }

    /**
     * Creates a connection with a bias.
     *
     * @param weights {@code [outputs x inputs]}; copied
     * @param bias {@code [1 x outputs]}; copied
     * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite
     */
    public Recurrent(FloatMatrix weights, FloatMatrix bias) {
        this(weights, bias, true);
    }

    /**
     * Creates a connection without a bias: a network has no such value, and training adds none.
     *
     * @param weights {@code [outputs x inputs]}; copied
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public Recurrent(FloatMatrix weights) {
        this(weights, FloatMatrix.zeros(1, weights.rows()), false);
    }

    private static FloatMatrix copy(FloatMatrix values) {
        FloatMatrix copy = FloatMatrix.zeros(values.rows(), values.columns());
        copy.copyFrom(values);
        return copy;
    }

    /** {@return the number of inputs} */
    public int inputs() {
        return weights.columns();
    }

    /** {@return the number of outputs} */
    public int outputs() {
        return weights.rows();
    }

    @Override
    public Shape outputShape(Shape input) {
        if (input.size() != inputs()) {
            throw new IllegalArgumentException(
                    this + " has " + inputs() + " inputs, expected " + input.size() + " to match its source");
        }
        return outputs() % inputs() == 0 ? input.times(outputs() / inputs()) : Shape.of(outputs());
    }

    @Override
    public String toString() {
        return "recurrent " + inputs() + " -> " + outputs();
    }
}

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
 * @param bias {@code [1 x outputs]}, as in snnTorch's recurrence; copied, and not to be changed
 */
public record Recurrent(FloatMatrix weights, FloatMatrix bias) implements Connection {

    /**
     * Makes a connection.
     *
     * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite
     */
    public Recurrent {
        bias.requireShape("bias", 1, weights.rows());
        weights.requireFinite("weights");
        bias.requireFinite("bias");
        weights = copy(weights);
        bias = copy(bias);
    }

    private static FloatMatrix copy(FloatMatrix values) {
        FloatMatrix copy = FloatMatrix.zeros(values.rows(), values.columns());
        copy.copyFrom(values);
        return copy;
    }

    /**
     * Returns the number of inputs.
     *
     * @return columns of the weights
     */
    public int inputs() {
        return weights.columns();
    }

    /**
     * Returns the number of outputs.
     *
     * @return rows of the weights
     */
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

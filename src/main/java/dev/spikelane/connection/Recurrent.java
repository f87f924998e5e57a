package dev.spikelane.connection;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Recurrence;

/**
 * Connects neurons to all of them: {@code current = weights * spikes + bias}. What is fed back accumulates its
 * rounding, so spikes are summed in snnTorch's order: the active weights one after another, ascending, and the bias
 * last; values in that of {@link dev.spikelane.kernel.Matmul}. A population of maps needs no {@link Flatten}: as many
 * outputs as inputs have its shape.
 *
 * @param weights the weights and the bias that a network starts with
 */
public record Recurrent(Recurrence.AllToAll weights) implements Connection {

    /**
     * Makes a connection.
     *
     * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}; copied
     * @param bias {@code [1 x outputs]}; copied
     * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite
     */
    public Recurrent(FloatMatrix weights, FloatMatrix bias) {
        this(Recurrence.allToAll(weights, bias));
    }

    private int inputs() {
        return weights.weights().columns();
    }

    private int outputs() {
        return weights.weights().rows();
    }

    @Override
    public Shape outputShape(Shape input) {
        if (input.size() != inputs()) {
            throw new IllegalArgumentException(
                    this + " has " + inputs() + " inputs, expected " + input.size() + " to match its source");
        }
        return inputs() == outputs() ? input : Shape.of(outputs());
    }

    @Override
    public String toString() {
        return "recurrent " + inputs() + " -> " + outputs();
    }
}

package dev.spikelane.connection;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Checks;
import java.util.Objects;

/**
 * The product over time of parallel spiking neurons (PSN; Fang and others, 2023), the same for all neurons:
 * {@code h[t] = bias[t] + sum of weights[t, s] * x[s]} over all steps s of a series, also later ones. Memoryless
 * neurons after it fire by h alone: their thresholds are {@code -bias}.
 *
 * <p>It follows another connection, such as {@link Dense}, in the path of a projection. A series has a fixed number of
 * steps, and all of them must be present: a simulation runs them in one call after a reset, a trainer has windows of
 * this length. Single steps, sessions, streams, loops through it, {@code recomputeEvery} and C are refused.
 *
 * @param weights {@code [steps x steps]}, a row for each output step; copied
 * @param bias {@code [1 x steps]}; copied
 */
public record Psn(FloatMatrix weights, FloatMatrix bias) implements Connection {

    /**
     * Creates a connection.
     *
     * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite
     */
    public Psn {
        Recurrent checked = new Recurrent(weights, bias);
        weights.requireShape("weights", weights.rows(), weights.rows());
        weights = checked.weights();
        bias = checked.bias();
    }

    /**
     * {@return a connection with the weights of {@code torch.nn.Linear(steps, steps)}, and biases of -1}
     *
     * @param steps steps of a series, at least 1
     * @param random the stream of the weights
     * @throws IllegalArgumentException if there is no step
     */
    public static Psn of(int steps, TorchRandom random) {
        Checks.atLeast(1, "steps", steps);
        FloatMatrix weights = FloatMatrix.zeros(steps, steps);
        FloatMatrix bias = FloatMatrix.zeros(1, steps);
        random.linear(weights, bias);
        bias.fill(-1);
        return new Psn(weights, bias);
    }

    /** {@return the number of steps of a series} */
    public int steps() {
        return weights.rows();
    }

    @Override
    public Shape outputShape(Shape input) {
        return Objects.requireNonNull(input, "input");
    }

    @Override
    public String toString() {
        return "psn of " + steps() + " steps";
    }
}

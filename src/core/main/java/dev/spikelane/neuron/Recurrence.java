package dev.spikelane.neuron;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Checks;
import java.util.Objects;

/**
 * The feedback of a layer's neurons to themselves: their spikes or membranes of the previous step. In a network it is a
 * projection into the port {@code feedback}; other projections may enter the port too.
 */
public sealed interface Recurrence {

    /** Nothing: only projections of a network, if there are some, enter the port {@code feedback}. */
    record None() implements Recurrence {}

    /**
     * A connection from the neurons to their port {@code feedback}.
     *
     * @param connection makes a current for each neuron, or for each gate of it
     */
    record By(Connection connection) implements Recurrence {

        /** Makes a recurrence. */
        public By {
            Objects.requireNonNull(connection, "connection");
        }

        @Override
        public String toString() {
            return connection.toString();
        }
    }

    /**
     * Connects nothing.
     *
     * @return the recurrence of neurons that wait for projections of a network
     */
    static Recurrence none() {
        return new None();
    }

    /**
     * Connects neurons by any connection that makes a current for each of them, or for each gate of them. Whether it
     * fits is found out where the neurons are laid out.
     *
     * @param connection from the neurons to themselves
     * @return the recurrence
     */
    static Recurrence by(Connection connection) {
        return new By(connection);
    }

    /**
     * Connects each neuron to itself, snnTorch's {@code all_to_all=False}.
     *
     * @param weights the weight V of each neuron: one value, or one for each
     * @return the recurrence
     * @throws IllegalArgumentException if a weight is NaN or infinite, or there is none
     */
    static Recurrence oneToOne(float... weights) {
        return by(new OneToOne(weights));
    }

    /**
     * Connects each neuron to itself, snnTorch's {@code all_to_all=False}.
     *
     * @param weights the weight V of each neuron: one value, or one for each, rounded once to float32
     * @return the recurrence
     * @throws IllegalArgumentException if a weight is NaN or infinite, or there is none
     */
    static Recurrence oneToOne(double... weights) {
        return by(new OneToOne(Parameter.of(Objects.requireNonNull(weights, "weights"))));
    }

    /**
     * Connects every neuron to every neuron, snnTorch's {@code linear_features}.
     *
     * @param weights {@code [neurons x neurons]}, torch's layout of {@code nn.Linear}; with gates,
     *     {@code [gates * neurons x neurons]}; copied
     * @param bias {@code [1 x neurons]}; with gates, {@code [1 x gates * neurons]}; copied
     * @return the recurrence
     * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite
     */
    static Recurrence allToAll(FloatMatrix weights, FloatMatrix bias) {
        return by(new Recurrent(weights, bias));
    }

    /**
     * Connects every neuron to every neuron. The first weights and the bias equal torch's {@code nn.Linear(neurons,
     * neurons)}.
     *
     * @param neurons number of neurons, at least 1
     * @param random the stream from which the weights and then the bias are drawn
     * @return the recurrence
     * @throws IllegalArgumentException if there is no neuron
     */
    static Recurrence allToAll(int neurons, TorchRandom random) {
        Objects.requireNonNull(random, "random");
        Checks.atLeast(1, "neurons", neurons);
        FloatMatrix weights = FloatMatrix.zeros(neurons, neurons);
        FloatMatrix bias = FloatMatrix.zeros(1, neurons);
        random.linear(weights, bias);
        return allToAll(weights, bias);
    }

    /**
     * Connects every neuron to every neuron without a bias, as {@code nn.Linear(bias=False)} does: a network has no
     * such value, and training adds none. snnTorch's own recurrence has a bias.
     *
     * @param weights {@code [neurons x neurons]}, torch's layout of {@code nn.Linear}; copied
     * @return the recurrence
     * @throws IllegalArgumentException if a weight is NaN or infinite
     */
    static Recurrence allToAll(FloatMatrix weights) {
        return by(new Recurrent(weights));
    }
}

package dev.spikelane.neuron;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.TorchRandom;
import java.util.Objects;

/**
 * How neurons of a layer feed back to themselves what they did at the step before. In a network it is one of the
 * projections into the port {@code feedback}, and others may join it.
 */
public sealed interface Recurrence {

    /** Nothing: only projections of a network, if there are some, enter the port {@code feedback}. */
    record None() implements Recurrence {}

    /**
     * Each neuron to itself, snnTorch's {@code all_to_all=False}.
     *
     * @param weights the weight V of each neuron, or one for all
     */
    record OneToOne(Parameter weights) implements Recurrence {

        /**
         * Makes a recurrence.
         *
         * @throws IllegalArgumentException if a weight is NaN or infinite
         */
        public OneToOne {
            weights.requireFinite("weight");
        }
    }

    /**
     * Every neuron to every neuron, snnTorch's {@code linear_features}.
     *
     * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}; copied, and not to be changed
     * @param bias {@code [1 x outputs]}, which snnTorch's recurrence has too; copied, and not to be changed
     */
    record AllToAll(FloatMatrix weights, FloatMatrix bias) implements Recurrence {

        /**
         * Makes a recurrence.
         *
         * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite
         */
        public AllToAll {
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

        @Override
        public String toString() {
            return "AllToAll[" + weights.columns() + " -> " + weights.rows() + "]";
        }

        /** Throws unless the weights have so many inputs and outputs. */
        void require(int inputs, int outputs) {
            if (weights.columns() != inputs || weights.rows() != outputs) {
                throw new IllegalArgumentException("recurrent weights are " + weights.columns() + " -> "
                        + weights.rows() + ", expected " + inputs + " -> " + outputs);
            }
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
     * Connects each neuron to itself.
     *
     * @param weights one value, or one for each neuron
     * @return the recurrence
     * @throws IllegalArgumentException if a weight is NaN or infinite, or there is none
     */
    static Recurrence oneToOne(float... weights) {
        return new OneToOne(Parameter.of(weights));
    }

    /**
     * Connects each neuron to itself.
     *
     * @param weights one value, or one for each neuron, rounded once to float32
     * @return the recurrence
     * @throws IllegalArgumentException if a weight is NaN or infinite, or there is none
     */
    static Recurrence oneToOne(double... weights) {
        return new OneToOne(Parameter.of(weights));
    }

    /**
     * Connects every neuron to every neuron.
     *
     * @param weights {@code [neurons x neurons]}, torch's layout of {@code nn.Linear}; copied
     * @param bias {@code [1 x neurons]}; copied
     * @return the recurrence
     * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite
     */
    static AllToAll allToAll(FloatMatrix weights, FloatMatrix bias) {
        return new AllToAll(weights, bias);
    }

    /**
     * Connects every neuron to every neuron, with first weights and a bias that are those of torch's
     * {@code nn.Linear(neurons, neurons)}.
     *
     * @param neurons how many there are, at least 1
     * @param random the stream the weights and then the bias are drawn from
     * @return the recurrence
     * @throws IllegalArgumentException if there is no neuron
     */
    static AllToAll allToAll(int neurons, TorchRandom random) {
        Objects.requireNonNull(random, "random");
        if (neurons < 1) {
            throw new IllegalArgumentException("neurons is " + neurons + ", expected at least 1");
        }
        FloatMatrix weights = FloatMatrix.zeros(neurons, neurons);
        FloatMatrix bias = FloatMatrix.zeros(1, neurons);
        random.linear(weights, bias);
        return new AllToAll(weights, bias);
    }

    /**
     * Connects every neuron to every neuron, without a bias.
     *
     * @param weights {@code [neurons x neurons]}, torch's layout of {@code nn.Linear}; copied
     * @return the recurrence
     * @throws IllegalArgumentException if a weight is NaN or infinite
     */
    static AllToAll allToAll(FloatMatrix weights) {
        return new AllToAll(weights, FloatMatrix.zeros(1, weights.rows()));
    }
}

package dev.spikelane.neuron;

import dev.spikelane.kernel.product.PackedWeights;
import java.util.Objects;

/** How neurons of a layer feed back to themselves what they did at the step before. */
public sealed interface Recurrence {

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
     * @param weights as many inputs as outputs, and the bias that snnTorch's recurrence has too
     */
    record AllToAll(PackedWeights weights) implements Recurrence {

        /** Makes a recurrence. */
        public AllToAll {
            Objects.requireNonNull(weights, "weights");
        }

        @Override
        public String toString() {
            return "AllToAll[" + weights.pre() + " -> " + weights.post() + "]";
        }

        /** Returns the weights, or throws unless they have so many inputs and outputs. */
        PackedWeights require(int inputs, int outputs) {
            if (weights.pre() != inputs || weights.post() != outputs) {
                throw new IllegalArgumentException("recurrent weights are " + weights.pre() + " -> " + weights.post()
                        + ", expected " + inputs + " -> " + outputs);
            }
            return weights;
        }
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
     * @param weights as many inputs as outputs; {@link PackedWeights#pack} makes them
     * @return the recurrence
     */
    static Recurrence allToAll(PackedWeights weights) {
        return new AllToAll(weights);
    }
}

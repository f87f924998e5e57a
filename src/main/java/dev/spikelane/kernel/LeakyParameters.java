package dev.spikelane.kernel;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * Parameters of a row of leaky integrate-and-fire neurons, one value for each neuron, as {@link LeakyStep} reads them. Immutable;
 * may be shared between threads if its arena is.
 */
public final class LeakyParameters {

    final FloatMatrix beta;
    final FloatMatrix threshold;
    /** What S = 1 counts in an immediate reset: {@code 1 / factor}, where the factor did not scale the spike before. */
    final FloatMatrix fired;
    /** What S = 0 counts: {@code 0 / factor}, which is -0 for a negative factor. */
    final FloatMatrix silent;

    final Reset reset;
    final boolean immediate;
    final boolean inhibition;
    final boolean firesBefore;

    private LeakyParameters(Builder builder, Arena arena) {
        this.beta = builder.row(arena, "beta", builder.beta);
        this.threshold = builder.row(arena, "threshold", builder.threshold);
        this.fired = builder.row(arena, "gradedFactor", builder.gradedFactor);
        this.silent = FloatMatrix.zeros(arena, 1, builder.neurons);
        this.reset = builder.reset;
        this.immediate = !builder.delayed;
        this.inhibition = builder.inhibition;
        this.firesBefore = builder.firesBefore;
        for (int neuron = 0; neuron < builder.neurons; neuron++) {
            beta.set(0, neuron, Math.clamp(beta.get(0, neuron), 0.0f, 1.0f));
            float factor = inhibition && fired.get(0, neuron) != 0 ? fired.get(0, neuron) : 1;
            fired.set(0, neuron, 1 / factor);
            silent.set(0, neuron, 0 / factor);
        }
    }

    /**
     * Starts with beta 1, threshold 1, factor 1, a delayed reset by subtraction and no inhibition.
     *
     * @param neurons how many neurons, at least 1
     * @return a builder
     * @throws IllegalArgumentException if there is no neuron
     */
    public static Builder builder(int neurons) {
        return new Builder(neurons);
    }

    /**
     * Returns the number of neurons.
     *
     * @return neurons, at least 1
     */
    public int neurons() {
        return beta.columns();
    }

    /**
     * Tells whether neurons of a row depend on each other (inhibition), so that threads cannot share a row.
     *
     * @return whether a row must be done whole
     */
    public boolean coupled() {
        return inhibition;
    }

    /** Collects parameters; a single value stands for all neurons. */
    public static final class Builder {

        private final int neurons;
        private float[] beta = {1};
        private float[] threshold = {1};
        private float[] gradedFactor = {1};
        private Reset reset = Reset.SUBTRACT;
        private boolean delayed = true;
        private boolean inhibition;
        private boolean firesBefore;

        private Builder(int neurons) {
            if (neurons < 1) {
                throw new IllegalArgumentException("neurons is " + neurons + ", expected at least 1");
            }
            this.neurons = neurons;
        }

        /**
         * Sets the share of the membrane that is left after a step; values are clamped to [0, 1], as snnTorch does.
         *
         * @param values one value, or one for each neuron
         * @return this
         */
        public Builder beta(float... values) {
            this.beta = values.clone();
            return this;
        }

        /**
         * Sets the membrane above which a neuron fires.
         *
         * @param values one value, or one for each neuron
         * @return this
         */
        public Builder threshold(float... values) {
            this.threshold = values.clone();
            return this;
        }

        /**
         * Sets the value that one spike carries. It only changes the immediate reset under inhibition, where snnTorch divides the unscaled
         * spike by it; with a factor 0, where snnTorch gets infinity or NaN, the spike is not divided.
         *
         * @param values one value, or one for each neuron
         * @return this
         */
        public Builder gradedFactor(float... values) {
            this.gradedFactor = values.clone();
            return this;
        }

        /**
         * Sets what a reset does.
         *
         * @param kind the reset
         * @return this
         */
        public Builder reset(Reset kind) {
            this.reset = Objects.requireNonNull(kind, "reset");
            return this;
        }

        /**
         * Chooses when a reset comes.
         *
         * @param delayed whether a spike's reset comes at the next step (snnTorch's default) or at once
         * @return this
         */
        public Builder delayedReset(boolean delayed) {
            this.delayed = delayed;
            return this;
        }

        /**
         * Chooses whether only the neuron with the largest {@code membrane - threshold} of a row may fire.
         *
         * @param inhibition whether it is so
         * @return this
         */
        public Builder inhibition(boolean inhibition) {
            this.inhibition = inhibition;
            return this;
        }

        /**
         * Chooses which membrane a spike is taken from.
         *
         * @param before whether it is the membrane before the step, so that the spike that is returned is the one that resets
         * @return this
         */
        public Builder firesBefore(boolean before) {
            this.firesBefore = before;
            return this;
        }

        /**
         * Makes the parameters.
         *
         * @param arena the arena that owns their memory
         * @return the parameters
         * @throws IllegalArgumentException if a value is NaN or infinite, an array has neither 1 nor {@code neurons} values, or the
         *     membrane before the step is asked for together with inhibition or an immediate reset
         */
        public LeakyParameters build(Arena arena) {
            if (firesBefore && (inhibition || !delayed)) {
                throw new IllegalArgumentException(
                        "firing from the membrane before the step goes neither with inhibition nor with an immediate reset");
            }
            return new LeakyParameters(this, arena);
        }

        private FloatMatrix row(Arena arena, String name, float[] values) {
            if (values.length != 1 && values.length != neurons) {
                throw new IllegalArgumentException(
                        name + " has " + values.length + " values, expected 1 or " + neurons + ", one for each neuron");
            }
            FloatMatrix row = FloatMatrix.zeros(arena, 1, neurons);
            for (int neuron = 0; neuron < neurons; neuron++) {
                float value = values[values.length == 1 ? 0 : neuron];
                if (!Float.isFinite(value)) {
                    throw new IllegalArgumentException(
                            name + " of neuron " + neuron + " is " + value + ", expected a finite number");
                }
                row.set(0, neuron, value);
            }
            return row;
        }
    }
}

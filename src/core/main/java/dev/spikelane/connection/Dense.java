package dev.spikelane.connection;

import dev.spikelane.blas.OpenBlas;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;

/**
 * Connects every input to every output, as {@code torch.nn.Linear} does: {@code current = bias + weights * spikes}.
 * {@link dev.spikelane.kernel.Matmul} defines the order of the sum, for spikes and for values. After a {@link Flatten}
 * of several channels, inputs are summed in the order (y, x, channel).
 *
 * <p>Weights are {@code [outputs x inputs]}, a bias is {@code [1 x outputs]}; float matrices are copied. Factories
 * throw an {@link IllegalArgumentException} if the shapes do not fit, or a value is NaN or infinite. The garbage
 * collector frees a connection without an arena.
 */
public final class Dense implements Connection {

    private final FloatMatrix weights;
    private final FloatMatrix bias;
    private final boolean biased;

    private Dense(FloatMatrix weights, FloatMatrix bias, boolean biased) {
        this.weights = weights;
        this.bias = bias;
        this.biased = biased;
    }

    /**
     * Creates a connection from weights and bias; its memory is freed when it is forgotten.
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
     * Creates a connection without a bias, as {@code nn.Linear(bias=False)} does; its memory is freed when it is
     * forgotten.
     *
     * @param weights {@code [outputs x inputs]}; copied
     * @return the connection
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public static Dense of(FloatMatrix weights) {
        return of(NativeMemory.ofAuto(), weights);
    }

    /**
     * Creates a connection from weights and bias.
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
        return new Dense(ownWeights, ownBias, true);
    }

    /**
     * Creates a connection without a bias: a network has no such value, and training adds none.
     *
     * @param arena the arena that owns the copy
     * @param weights {@code [outputs x inputs]}; copied
     * @return the connection
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public static Dense of(Arena arena, FloatMatrix weights) {
        Dense zeros = of(arena, weights, FloatMatrix.zeros(1, weights.rows()));
        return new Dense(zeros.weights, zeros.bias, false);
    }

    /**
     * {@return a connection with random weights and bias, as {@link #linear(Arena, int, int, TorchRandom)} does}
     *
     * @param inputs number of inputs, at least 1
     * @param outputs number of outputs, at least 1
     * @param random the stream of the values
     * @throws IllegalArgumentException if a size is below 1
     */
    public static Dense linear(int inputs, int outputs, TorchRandom random) {
        return linear(NativeMemory.ofAuto(), inputs, outputs, random);
    }

    /**
     * {@return a connection with random weights and bias as in {@code torch.nn.Linear(inputs, outputs)}: both uniform
     * in {@code [-1 / sqrt(inputs), 1 / sqrt(inputs))}, the weights drawn before the bias}
     *
     * @param arena the arena that owns the weights
     * @param inputs number of inputs, at least 1
     * @param outputs number of outputs, at least 1
     * @param random the stream of the values
     * @throws IllegalArgumentException if a size is below 1
     */
    public static Dense linear(Arena arena, int inputs, int outputs, TorchRandom random) {
        FloatMatrix weights = FloatMatrix.zeros(arena, outputs, inputs);
        FloatMatrix bias = FloatMatrix.zeros(arena, 1, outputs);
        random.linear(weights, bias);
        return new Dense(weights, bias, true);
    }

    /**
     * Creates a connection of integer weights and a bias.
     *
     * @param weights {@code [outputs x inputs]}
     * @param bias {@code [1 x outputs]}; copied
     * @return the connection
     * @throws IllegalArgumentException if the shapes do not fit, a bias is NaN or infinite, or there are more inputs
     *     than sums of 32 bits can hold: 65,535 of 16 bits, 16,777,215 of 8
     */
    public static Integers integers(IntegerMatrix weights, FloatMatrix bias) {
        bias.requireShape("bias", 1, weights.rows());
        bias.requireFinite("bias");
        int most = Integer.MAX_VALUE / -weights.type().least();
        if (weights.columns() > most) {
            throw new IllegalArgumentException("weights are " + weights.type() + " [" + weights.rows() + " x "
                    + weights.columns() + "], expected at most " + most
                    + " inputs, whose sum is sure to fit 32 bits");
        }
        FloatMatrix own = FloatMatrix.zeros(1, weights.rows());
        own.copyFrom(bias);
        return new Integers(weights, own);
    }

    /**
     * Creates a connection of integer weights and a bias of zeros.
     *
     * @param weights {@code [outputs x inputs]}
     * @return the connection
     * @throws IllegalArgumentException if there are more inputs than sums of 32 bits can hold
     */
    public static Integers integers(IntegerMatrix weights) {
        return integers(weights, FloatMatrix.zeros(1, weights.rows()));
    }

    /**
     * Rounds the weights to the nearest integers, with a scale for each output ({@link IntegerMatrix#nearest}); the
     * bias stays as it is.
     *
     * @param type INT8, INT16, INT4 or TERNARY
     * @return the connection with integer weights
     * @throws IllegalArgumentException if there are more inputs than sums of 32 bits can hold
     * @throws IllegalStateException if the type is FLOAT32
     */
    public Integers nearest(ElementType type) {
        return integers(IntegerMatrix.nearest(type, weights), bias);
    }

    /**
     * {@return a connection that an OpenBLAS shared library multiplies, for comparison} Results differ by rounding and
     * may depend on the library, the CPU, the number of rows and threads.
     *
     * @throws IllegalStateException if no OpenBLAS was found
     */
    public ByOpenBlas byOpenBlas() {
        OpenBlas.requireAvailable();
        return new ByOpenBlas(this);
    }

    /** {@return the number of inputs} */
    public int inputs() {
        return weights.columns();
    }

    /** {@return the number of outputs} */
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
     * @return {@code [1 x outputs]}; not to be changed; zeros if there is none
     */
    public FloatMatrix bias() {
        return bias;
    }

    /** {@return false if only weights are learned and stored} */
    public boolean biased() {
        return biased;
    }

    @Override
    public Shape outputShape(Shape input) {
        return FlatSource.outputs(this, input, inputs(), outputs());
    }

    @Override
    public String toString() {
        return "dense " + inputs() + " -> " + outputs();
    }

    /** A dense connection that OpenBLAS multiplies; {@link Dense#byOpenBlas} makes it. */
    public static final class ByOpenBlas implements Connection {

        private final Dense dense;

        private ByOpenBlas(Dense dense) {
            this.dense = dense;
        }

        /** {@return the connection with weights and bias} */
        public Dense dense() {
            return dense;
        }

        @Override
        public Shape outputShape(Shape input) {
            return dense.outputShape(input);
        }

        @Override
        public String toString() {
            return "dense by OpenBLAS " + dense.inputs() + " -> " + dense.outputs();
        }
    }

    /**
     * Integer weights of at most 16 bits, with a scale for each output or one for all:
     * {@code current = bias + scale * float(sum of the integers of the inputs that fire)}. The sum is exact and has no
     * order; it, the product and the sum with the bias are each rounded once to float32. A tenth of the spikes of 784
     * inputs costs a third of the time of {@link Dense}, whose weights take 4 or 2 times the memory.
     *
     * <p>Spikes may carry a value, the same for all inputs, by which scales are multiplied, rounded once. Values, such
     * as analog input, are multiplied by weights widened to float32, in the order of
     * {@link dev.spikelane.kernel.Matmul}. There is no gradient: train a {@link Dense}, perhaps by
     * {@link WeightQuantization}.
     */
    public static final class Integers implements Connection {

        private final IntegerMatrix weights;
        private final FloatMatrix bias;

        private Integers(IntegerMatrix weights, FloatMatrix bias) {
            this.weights = weights;
            this.bias = bias;
        }

        /** {@return the number of inputs} */
        public int inputs() {
            return weights.columns();
        }

        /** {@return the number of outputs} */
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
            return "dense " + weights.type() + (weights.scales().length == 1 ? " of one scale " : " ") + inputs()
                    + " -> " + outputs();
        }
    }
}

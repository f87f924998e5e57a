package dev.spikelane.neuron;

import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.kernel.step.leaky.LeakyText;
import dev.spikelane.kernel.step.leaky.WindowStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Checks;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The leaky neuron without a reset of {@code snntorch.StateLeaky} (0.9.4). After a dense connection it is
 * {@code snntorch.LinearLeaky}.
 *
 * <p>snnTorch convolves the input with {@code exp(-k / tau)}, {@code tau = 1 / (1 - beta + 1e-12)}, over all steps at
 * once. Step by step, this membrane is
 *
 * <pre>{@code
 * U = exp(-1 / tau) * U + I
 * S = U > threshold
 * }</pre>
 *
 * <p>So the share left after a step is {@code exp(beta - 1)}, 0.607 for beta 0.5, not beta. Sums have another order
 * than in snnTorch, so membranes agree to rounding and not bit for bit. snnTorch loses the state between calls; here it
 * stays. As in snnTorch, quantization rounds the membrane but not the sum that is carried on, and a spike carries the
 * factor squared.
 *
 * <p>With a truncation of K steps, snnTorch's {@code kernel_truncation_steps}, only the newest K inputs count, in the
 * order of {@link WindowStep}:
 *
 * <pre>{@code
 * U[t] = sum of exp(-k / tau) * I[t - k] over k = 0 .. min(K, t + 1) - 1
 * S = U > threshold
 * }</pre>
 *
 * <p>On average the time of a step does not grow with K; every K-th step goes through the whole window. A state holds K
 * rows of neurons for each sample, and a bound model K rows of weights, also where no run has K steps. The state's
 * variable {@code sum} is the sum of the inputs since the last step whose number is a multiple of K; a membrane that
 * the caller writes is lost at the next step.
 *
 * <p>Variables for recorders: {@code membrane}; with a truncation also {@code sum}.
 *
 * @param beta gives the time constant {@code 1 / (1 - beta)}; at most 1
 * @param threshold membrane above which a neuron fires
 * @param gradedSpikesFactor its square is the value of one spike
 * @param quantization the levels to which the membrane is rounded before neurons fire
 * @param kernelTruncation how many of the newest inputs count, or {@link #UNTRUNCATED}
 */
public record StateLeaky(
        Parameter beta,
        Parameter threshold,
        Parameter gradedSpikesFactor,
        Quantization quantization,
        int kernelTruncation)
        implements Neuron {

    /** The truncation of neurons for which all inputs count: 0. */
    public static final int UNTRUNCATED = 0;

    private static final float SMALLEST = 1e-12f;

    /**
     * Makes a model.
     *
     * @throws IllegalArgumentException if a value is NaN or infinite, a beta is above 1, or the truncation is negative
     */
    public StateLeaky {
        threshold.requireFinite("threshold");
        gradedSpikesFactor.requireFinite("gradedSpikesFactor");
        Objects.requireNonNull(quantization, "quantization");
        for (float each : beta.values()) {
            Checks.require(each <= 1 && each != Float.NEGATIVE_INFINITY, "beta", each, "a finite number, at most 1");
        }
        Checks.require(
                kernelTruncation >= UNTRUNCATED,
                "kernelTruncation",
                kernelTruncation,
                "at least 1 step, or UNTRUNCATED, " + UNTRUNCATED);
    }

    /**
     * Makes a model for which all inputs count.
     *
     * @param beta gives the time constant {@code 1 / (1 - beta)}; at most 1
     * @param threshold membrane above which a neuron fires
     * @param gradedSpikesFactor its square is the value of one spike
     * @param quantization the levels to which the membrane is rounded before neurons fire
     * @throws IllegalArgumentException if a value is NaN or infinite, or a beta is above 1
     */
    public StateLeaky(Parameter beta, Parameter threshold, Parameter gradedSpikesFactor, Quantization quantization) {
        this(beta, threshold, gradedSpikesFactor, quantization, UNTRUNCATED);
    }

    /**
     * Makes a model with threshold 1, spikes of 1 and no quantization.
     *
     * @param beta one value, or one for each neuron
     * @throws IllegalArgumentException if a value is above 1, NaN or infinite, or there is none
     */
    public StateLeaky(float... beta) {
        this(Parameter.of(Objects.requireNonNull(beta, "beta")), Parameter.of(1), Parameter.of(1), Quantization.NONE);
    }

    /**
     * Makes a model with threshold 1, spikes of 1 and no quantization.
     *
     * @param beta one value, or one for each neuron, rounded once to float32
     * @throws IllegalArgumentException if a value is above 1, NaN or infinite, or there is none
     */
    public StateLeaky(double... beta) {
        this(Parameter.of(Objects.requireNonNull(beta, "beta")), Parameter.of(1), Parameter.of(1), Quantization.NONE);
    }

    /**
     * Returns this model with another threshold.
     *
     * @param values one value, or one for each neuron
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public StateLeaky withThreshold(float... values) {
        return new StateLeaky(beta, Parameter.of(values), gradedSpikesFactor, quantization, kernelTruncation);
    }

    /**
     * Returns this model with another threshold.
     *
     * @param values one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public StateLeaky withThreshold(double... values) {
        return new StateLeaky(beta, Parameter.of(values), gradedSpikesFactor, quantization, kernelTruncation);
    }

    /**
     * Returns this model with a truncation, snnTorch's {@code kernel_truncation_steps}.
     *
     * @param steps how many of the newest inputs count, at least 1
     * @return the model
     * @throws IllegalArgumentException if there is none
     */
    public StateLeaky withKernelTruncation(int steps) {
        Checks.atLeast(1, "steps", steps);
        return new StateLeaky(beta, threshold, gradedSpikesFactor, quantization, steps);
    }

    /**
     * Returns this model with other graded spikes.
     *
     * @param values one value, or one for each neuron, rounded once to float32; its square is the value of one spike
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public StateLeaky withGradedSpikesFactor(double... values) {
        return Parameters.with(this, Map.of("gradedSpikesFactor", Parameter.of(values)));
    }

    /**
     * Returns this model with another quantization.
     *
     * @param levels the levels to which the membrane is rounded before neurons fire
     * @return the model
     */
    public StateLeaky withQuantization(Quantization levels) {
        return new StateLeaky(beta, threshold, gradedSpikesFactor, levels, kernelTruncation);
    }

    /** Returns true if the membrane is the sum itself. */
    private boolean isPlain() {
        return kernelTruncation == UNTRUNCATED && quantization.equals(Quantization.NONE);
    }

    @Override
    public List<String> variables() {
        return isPlain() ? TextGroup.MEMBRANE : TextGroup.SUM;
    }

    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        int neurons = shape.size();
        LeakyModel model = new LeakyModel(neurons)
                .param("beta", beta.values())
                .let32("rate", "-1 / (1 / ((1 - beta) + 1e-12))")
                .let("share", "beta <= 1 ? exp(rate) : 1 / 0")
                .carries(LeakyText.FACTOR + " * " + LeakyText.FACTOR, gradedSpikesFactor.values())
                .threshold(threshold.values())
                .reset(Reset.NONE);
        if (isPlain()) {
            return new TextGroup(model.decay(Decay.MULTIPLY, "share").build(arena), variables());
        }
        // The sum is kept beside the membrane, so that changes of the membrane do not reach the sum.
        model.synapse("share").decay(Decay.MULTIPLY, "0");
        if (!quantization.equals(Quantization.NONE)) {
            model.quantization(1, quantization.levels());
        }
        LeakyNeurons parameters = model.build(arena);
        return kernelTruncation == UNTRUNCATED
                ? new TextGroup(parameters, variables())
                : new TextGroup(
                        parameters,
                        parameters::firing,
                        variables(),
                        new WindowCharge(parameters, kernel(arena, neurons)));
    }

    /** The charge of neurons of which the newest inputs count. */
    private record WindowCharge(LeakyNeurons parameters, FloatMatrix weights) implements AroundStep {

        @Override
        public String byStep() {
            return "a window of the newest " + weights.rows() + " inputs";
        }

        @Override
        public String noGradient() {
            return "a truncated kernel has no gradient";
        }

        @Override
        public int window() {
            return weights.rows();
        }

        @Override
        public void begin(NeuronRun<NeuronState> run) {
            WindowStep.check(parameters, weights, run, run.from.window());
        }

        @Override
        public void before(NeuronRun<NeuronState> run, int row, long step) {
            WindowStep.charge(parameters, weights, run, run.from.window(), row, step);
        }
    }

    /** Row k holds the weight of an input that is k steps old, for each neuron. */
    private FloatMatrix kernel(Arena arena, int neurons) {
        FloatMatrix kernel = FloatMatrix.zeros(arena, kernelTruncation, neurons);
        for (int age = 0; age < kernelTruncation; age++) {
            float[] weights = weights(age);
            for (int neuron = 0; neuron < neurons; neuron++) {
                kernel.set(age, neuron, weights[weights.length == 1 ? 0 : neuron]);
            }
        }
        return kernel;
    }

    /** Returns the weights of an input of this age in steps: one, or one for each neuron. */
    private float[] weights(int age) {
        float[] weights = beta.values();
        for (int i = 0; i < weights.length; i++) {
            weights[i] = weight(weights[i], age);
        }
        return weights;
    }

    private static float weight(float beta, int age) {
        float tau = 1 / ((1 - beta) + SMALLEST);
        return (float) StrictMath.exp(-age / tau);
    }

    /**
     * Returns the share of the sum of inputs that is left after a step, {@code exp(-((1 - beta) + 1e-12))} but for
     * rounding.
     *
     * @param beta at most 1
     * @return the share, as these neurons have it
     */
    public static float share(float beta) {
        return weight(beta, 1);
    }

    @Override
    public Parameter spikeValue() {
        float[] squares = gradedSpikesFactor.values();
        for (int i = 0; i < squares.length; i++) {
            squares[i] *= squares[i];
        }
        return Parameter.of(squares);
    }
}

package dev.spikelane.neuron;

import dev.spikelane.connection.OneToOne;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.leaky.DropoutSpikes;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.kernel.step.leaky.LeakyText;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Checks;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The leaky neuron without a reset and below a rectifier of {@code snntorch.LeakyParallel} (0.9.4), which is a
 * {@code torch.nn.RNN}. The dense connection in front of it holds that network's input weights and bias.
 *
 * <p>Each step, with U the membrane and I the input, in float32 without fused operations:
 *
 * <pre>{@code
 * U = max((weight * U + I) + bias, 0)                  one to one
 * U = max(I + (bias + weights * U), 0)                 all to all, in the order of DenseMatmul
 * U = max(I + F, 0)                                    no recurrence, but projections of a
 *                                                      network into the port feedback
 * S = U > threshold
 * }</pre>
 *
 * <p>snnTorch silently ignores beta for each neuron and keeps random weights; here each neuron has its own.
 *
 * <p>With a dropout, meant for Monte Carlo estimates, a share p of the outputs is dropped before neurons fire, and the
 * others are scaled up, as snnTorch's documentation promises; its {@code torch.nn.RNN} of one layer ignores the option.
 * The membrane itself, recorded or carried to the next step, is not dropped:
 *
 * <pre>{@code
 * K = 0 with probability p, else 1                     for each step, sample and neuron
 * S = U * (K / (1 - p)) > threshold
 * }</pre>
 *
 * <p>The mask is a function of the seed, the step since the last reset (its low 32 bits), the sample's number in the
 * batch and the neuron. It does not depend on threads or on the division of a run into calls. Torch draws other
 * numbers. A run after a reset has the same mask: for an estimate, give all samples of a batch the same input. Layers
 * that should drop independently need different seeds. This dropout has no gradient, as it acts in every run of the
 * network; training has its own ({@code TrainerBuilder.dropout}), by sample and epoch.
 *
 * <p>Variables for recorders: {@code membrane}.
 *
 * @param recurrence how membranes act on the next step: one to one, the share that is left; or all to all, with the
 *     bias
 * @param bias added at every step, one to one
 * @param threshold membrane above which a neuron fires
 * @param gradedSpikesFactor the value of one spike
 * @param dropout probability p that an output is dropped, from 0 to below 1; 0 for no dropout
 * @param seed the seed of the mask; all 64 bits count
 */
public record LeakyParallel(
        Recurrence recurrence,
        Parameter bias,
        Parameter threshold,
        Parameter gradedSpikesFactor,
        float dropout,
        long seed)
        implements Neuron {

    /**
     * Makes a model.
     *
     * @throws IllegalArgumentException if a value is NaN or infinite, or the dropout is outside [0, 1)
     */
    public LeakyParallel {
        Objects.requireNonNull(recurrence, "recurrence");
        bias.requireFinite("bias");
        threshold.requireFinite("threshold");
        gradedSpikesFactor.requireFinite("gradedSpikesFactor");
        Checks.require(dropout >= 0 && dropout < 1, "dropout", dropout, "a probability from 0 to below 1");
    }

    /**
     * Makes a model without a dropout.
     *
     * @param recurrence how membranes act on the next step: one to one, the share that is left; or all to all, with the
     *     bias
     * @param bias added at every step, one to one
     * @param threshold membrane above which a neuron fires
     * @param gradedSpikesFactor the value of one spike
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public LeakyParallel(Recurrence recurrence, Parameter bias, Parameter threshold, Parameter gradedSpikesFactor) {
        this(recurrence, bias, threshold, gradedSpikesFactor, 0, 0);
    }

    /**
     * Makes a model without a bias, with threshold 1 and spikes of 1.
     *
     * @param beta share of the membrane left after a step, clamped to [0, 1]: one value, or one for each neuron
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public LeakyParallel(float... beta) {
        this(Recurrence.oneToOne(clamped(beta)), Parameter.of(0), Parameter.of(1), Parameter.of(1));
    }

    /**
     * Makes a model without a bias, with threshold 1 and spikes of 1.
     *
     * @param beta share of the membrane left after a step, clamped to [0, 1]: one value, or one for each neuron,
     *     rounded once to float32
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public LeakyParallel(double... beta) {
        this(Parameter.of(Objects.requireNonNull(beta, "beta")).values());
    }

    /**
     * Returns this model with another threshold.
     *
     * @param values one value, or one for each neuron
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public LeakyParallel withThreshold(float... values) {
        return new LeakyParallel(recurrence, bias, Parameter.of(values), gradedSpikesFactor, dropout, seed);
    }

    /**
     * Returns this model with another threshold.
     *
     * @param values one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public LeakyParallel withThreshold(double... values) {
        return withThreshold(Parameter.of(values).values());
    }

    /**
     * Returns this model with a dropout between membranes and spikes, snnTorch's {@code dropout}.
     *
     * @param probability that an output is dropped, from 0 to below 1; 0 for no dropout
     * @param ofMasks the seed that decides which outputs are dropped
     * @return the model
     * @throws IllegalArgumentException if the probability is outside [0, 1)
     */
    public LeakyParallel withDropout(double probability, long ofMasks) {
        return new LeakyParallel(recurrence, bias, threshold, gradedSpikesFactor, (float) probability, ofMasks);
    }

    private static float[] clamped(float... beta) {
        Parameter.of(Objects.requireNonNull(beta, "beta")).requireFinite("beta");
        float[] values = beta.clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.clamp(values[i], 0.0f, 1.0f);
        }
        return values;
    }

    /**
     * Returns this model with another bias.
     *
     * @param values one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public LeakyParallel withBias(double... values) {
        return Parameters.with(this, Map.of("bias", Parameter.of(values)));
    }

    /**
     * Returns this model with other graded spikes.
     *
     * @param values one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public LeakyParallel withGradedSpikesFactor(double... values) {
        return Parameters.with(this, Map.of("gradedSpikesFactor", Parameter.of(values)));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a parameter is given for each neuron and their number differs, or the
     *     recurrence does not fit
     */
    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        int neurons = shape.size();
        return switch (recurrence) {
            case Recurrence.None _ -> group(parameters(neurons), arena);
            case Recurrence.By(OneToOne(Parameter weights)) ->
                group(
                        parameters(neurons)
                                .param(RECURRENT_WEIGHTS, weights.values())
                                .decay(Decay.MULTIPLY, RECURRENT_WEIGHTS)
                                .param("bias", bias.values())
                                .feedback(Feedback.CONSTANT, "bias"),
                        arena);
            case Recurrence.By other -> SelfFeedback.of(arena, shape, other.connection(), this);
        };
    }

    @Override
    public NeuronGroup bindPorts(Arena arena, Shape shape) {
        return ports().contains(FEEDBACK)
                ? group(parameters(shape.size()).feedback(Feedback.CURRENTS), arena)
                : Neuron.super.bindPorts(arena, shape);
    }

    private LeakyModel parameters(int neurons) {
        return new LeakyModel(neurons)
                .decay(Decay.NONE, "0")
                .carries(LeakyText.FACTOR, gradedSpikesFactor.values())
                .threshold(threshold.values())
                .reset(Reset.NONE)
                .rectified(true);
    }

    private NeuronGroup group(LeakyModel model, Arena arena) {
        LeakyNeurons parameters = model.build(arena);
        return dropout == 0
                ? new TextGroup(parameters, variables())
                : new TextGroup(parameters, variables(), new Dropout(new DropoutSpikes(parameters, dropout, seed)));
    }

    /** The dropout that membranes pass before they fire. */
    private record Dropout(DropoutSpikes spikes) implements AroundStep {

        @Override
        public String byStep() {
            return "a dropout that draws by step";
        }

        @Override
        public String noGradient() {
            return "a dropout has no gradient";
        }

        @Override
        public void after(NeuronRun<NeuronState> run, int row, long step) {
            spikes.fire(step, run, row);
        }
    }

    /**
     * {@code current}; and {@code feedback}, unless the recurrence is one to one, which is the decay of the membrane.
     */
    @Override
    public List<String> ports() {
        return recurrence instanceof Recurrence.By(OneToOne _) ? List.of(CURRENT) : List.of(CURRENT, FEEDBACK);
    }

    @Override
    public boolean feedsMembranes() {
        return true;
    }

    @Override
    public Parameter spikeValue() {
        return gradedSpikesFactor;
    }
}

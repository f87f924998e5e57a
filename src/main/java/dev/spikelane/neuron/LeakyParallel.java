package dev.spikelane.neuron;

import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Feedback;
import dev.spikelane.kernel.LeakyParameters;
import dev.spikelane.kernel.LeakyParametersBuilder;
import dev.spikelane.kernel.PackedWeights;
import dev.spikelane.kernel.Reset;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;

/**
 * The leaky neuron without a reset and below a rectifier of {@code snntorch.LeakyParallel} (0.9.4), which is a {@code torch.nn.RNN}. The
 * dense connection in front of it holds that network's input weights and bias.
 *
 * <p>Each step, with U the membrane and I the input, in float32 without fused operations:
 *
 * <pre>{@code
 * U = max((weight * U + I) + bias, 0)                  one to one
 * U = max(I + (bias + weights * U), 0)                 all to all, in the order of DenseMatmul
 * S = U > threshold
 * }</pre>
 *
 * <p>snnTorch silently ignores beta for each neuron and keeps random weights; here each neuron has its own.
 *
 * @param recurrence how membranes act on the next step: one to one, the share that is left; or all to all, with the bias
 * @param bias added at every step, one to one
 * @param threshold membrane above which a neuron fires
 * @param gradedSpikesFactor what one spike carries
 */
public record LeakyParallel(Recurrence recurrence, Parameter bias, Parameter threshold, Parameter gradedSpikesFactor)
        implements Neuron {

    /**
     * Makes a model.
     *
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public LeakyParallel {
        Objects.requireNonNull(recurrence, "recurrence");
        bias.requireFinite("bias");
        threshold.requireFinite("threshold");
        gradedSpikesFactor.requireFinite("gradedSpikesFactor");
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
     * Returns this model with another threshold.
     *
     * @param values one value, or one for each neuron
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public LeakyParallel withThreshold(float... values) {
        return new LeakyParallel(recurrence, bias, Parameter.of(values), gradedSpikesFactor);
    }

    private static float[] clamped(float... beta) {
        Parameter.of(beta).requireFinite("beta");
        float[] values = beta.clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.clamp(values[i], 0.0f, 1.0f);
        }
        return values;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a parameter is given for each neuron, or weights from all to all, and their number differs
     */
    @Override
    public NeuronGroup bind(Arena arena, int neurons) {
        LeakyParametersBuilder builder = LeakyParameters.builder(neurons)
                .threshold(threshold.values())
                .reset(Reset.NONE)
                .rectified(true);
        return switch (recurrence) {
            case Recurrence.OneToOne own ->
                new LeakyGroup(builder.decay(Decay.MULTIPLY, own.weights().values())
                        .feedback(Feedback.CONSTANT, bias.values())
                        .build(arena));
            case Recurrence.AllToAll all -> {
                PackedWeights weights = all.require(neurons, neurons);
                LeakyParameters parameters =
                        builder.decay(Decay.NONE, 0).feedback(Feedback.CURRENTS).build(arena);
                yield new RecurrentGroup(parameters, weights, true, List.of("membrane"));
            }
        };
    }

    @Override
    public Parameter spikeValue() {
        return gradedSpikesFactor;
    }
}

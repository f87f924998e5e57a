package dev.spikelane.neuron;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.step.LeakyParameters;
import dev.spikelane.kernel.step.LstmStep;
import dev.spikelane.kernel.step.Reset;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The spiking long short-term memory cell of {@code snntorch.SLSTM} (0.9.4). The dense connection in front of it holds the input weights and
 * the first bias of {@code torch.nn.LSTMCell}: four outputs for each neuron, in torch's gate order {@code i, f, g, o}.
 *
 * <p>Each step, with H the membrane (the hidden state), C the cell state, I the current of each gate, R and S in {0, 1}, in float32:
 *
 * <pre>{@code
 * R = H > threshold                                    from the membrane before the step
 * i, f, g, o = I + (bias + weights * H)                in the order of DenseMatmul
 * C = sigmoid(f) * C + sigmoid(i) * tanh(g)
 * h = sigmoid(o) * tanh(C)
 * H = h                                                reset NONE, the default
 * H = h - R * threshold                                reset SUBTRACT
 * H = h - R * h                                        reset ZERO
 * S = H > threshold
 * }</pre>
 *
 * <p>A hidden state is below 1, so the default threshold 1 never fires: choose a lower one. snnTorch zeroes both states at every step unless
 * there are as many inputs as neurons, and ignores inhibition; here states go on, and inhibition acts.
 *
 * @param recurrent weights of the hidden state, {@code neurons -> 4 neurons}, with the second bias
 * @param firing when neurons fire and what a spike does to them; quantization rounds membrane and cell state
 */
public record SLstm(PackedWeights recurrent, Firing firing) implements Neuron {

    /**
     * Makes a model.
     *
     * @throws IllegalArgumentException if there are not four outputs for each input, or the reset is SUBTRACT_DECAYED
     */
    public SLstm {
        if (recurrent.post() != LstmStep.GATES * (long) recurrent.pre()) {
            throw new IllegalArgumentException("recurrent weights are " + recurrent.pre() + " -> " + recurrent.post()
                    + ", expected four outputs for each input");
        }
        if (Objects.requireNonNull(firing, "firing").reset() == Reset.SUBTRACT_DECAYED) {
            throw new IllegalArgumentException("reset SUBTRACT_DECAYED, expected SUBTRACT, ZERO, CLEAR or NONE");
        }
    }

    /**
     * Makes a model without a reset, as is snnTorch's default for it.
     *
     * @param recurrent weights of the hidden state, {@code neurons -> 4 neurons}, with the second bias
     * @param threshold membrane above which a neuron fires, below 1: one value, or one for each neuron
     * @throws IllegalArgumentException if there are not four outputs for each input, or a threshold is NaN or infinite
     */
    public SLstm(PackedWeights recurrent, float... threshold) {
        this(recurrent, Firing.DEFAULT.withReset(Reset.NONE).withThreshold(threshold));
    }

    /**
     * Makes a model without a reset, as is snnTorch's default for it.
     *
     * @param recurrent weights of the hidden state, {@code neurons -> 4 neurons}, with the second bias
     * @param threshold membrane above which a neuron fires, below 1: one value, or one for each neuron, rounded once to float32
     * @throws IllegalArgumentException if there are not four outputs for each input, or a threshold is NaN or infinite
     */
    public SLstm(PackedWeights recurrent, double... threshold) {
        this(recurrent, Firing.DEFAULT.withReset(Reset.NONE).withThreshold(threshold));
    }

    /**
     * Returns this model with other options.
     *
     * @param options when neurons fire and what a spike does to them
     * @return the model
     * @throws IllegalArgumentException if the reset is SUBTRACT_DECAYED
     */
    public SLstm withFiring(Firing options) {
        return new SLstm(recurrent, options);
    }

    /**
     * Returns this model with another threshold.
     *
     * @param values one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public SLstm withThreshold(double... values) {
        return withFiring(firing.withThreshold(values));
    }

    @Override
    public List<String> variables() {
        return LstmGroup.NAMES;
    }

    @Override
    public Map<String, Parameter> parameters() {
        return named().values();
    }

    @Override
    public SLstm withParameter(String name, Parameter values) {
        return named().with(name, values);
    }

    private Parameters<SLstm> named() {
        return new Parameters<SLstm>().and(firing, this::withFiring);
    }

    @Override
    public SLstm beforeReset() {
        return withFiring(firing.beforeReset());
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the currents are not four for each neuron of the recurrent weights
     */
    @Override
    public NeuronGroup bind(Arena arena, int currents) {
        if (currents != recurrent.post()) {
            throw new IllegalArgumentException(currents + " currents, expected " + recurrent.post()
                    + ", four for each neuron of the recurrent weights");
        }
        LeakyParameters parameters = firing.clearing()
                .applyTo(LeakyParameters.builder(recurrent.pre()), 2)
                .synapse(0)
                .build(arena);
        return new LstmGroup(parameters, recurrent);
    }

    @Override
    public int gates() {
        return LstmStep.GATES;
    }

    @Override
    public String toString() {
        return "SLstm[recurrent=" + recurrent.pre() + " -> " + recurrent.post() + ", firing=" + firing + "]";
    }
}

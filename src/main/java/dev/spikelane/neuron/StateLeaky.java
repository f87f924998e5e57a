package dev.spikelane.neuron;

import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.LeakyParameters;
import dev.spikelane.kernel.LeakyParametersBuilder;
import dev.spikelane.kernel.Reset;
import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * The leaky neuron without a reset of {@code snntorch.StateLeaky} (0.9.4). Behind a dense connection it is {@code snntorch.LinearLeaky},
 * which is that connection and these neurons.
 *
 * <p>snnTorch convolves the input with {@code exp(-k / tau)}, {@code tau = 1 / (1 - beta + 1e-12)}, over all steps at once. The same
 * membrane, step by step, is
 *
 * <pre>{@code
 * U = exp(-1 / tau) * U + I
 * S = U > threshold
 * }</pre>
 *
 * <p>So the share that is left after a step is {@code exp(beta - 1)}, 0.607 for beta 0.5, not beta. The order of the sum is another than
 * upstream, so membranes agree to rounding and not bit for bit. There the state is lost between calls; here it goes on. Quantization rounds
 * the membrane and not the sum behind it, as upstream, where nothing is fed back. A spike carries the factor twice, as upstream.
 *
 * @param beta gives the time constant {@code 1 / (1 - beta)}; at most 1
 * @param threshold membrane above which a neuron fires
 * @param gradedSpikesFactor its square is what one spike carries
 * @param quantization what the membrane is rounded to before neurons fire
 */
public record StateLeaky(Parameter beta, Parameter threshold, Parameter gradedSpikesFactor, Quantization quantization)
        implements Neuron {

    private static final float SMALLEST = 1e-12f;

    /**
     * Makes a model.
     *
     * @throws IllegalArgumentException if a value is NaN or infinite, or a beta is above 1
     */
    public StateLeaky {
        threshold.requireFinite("threshold");
        gradedSpikesFactor.requireFinite("gradedSpikesFactor");
        Objects.requireNonNull(quantization, "quantization");
        for (float each : beta.values()) {
            if (!(each <= 1) || each == Float.NEGATIVE_INFINITY) {
                throw new IllegalArgumentException("beta is " + each + ", expected a finite number, at most 1");
            }
        }
    }

    /**
     * Makes a model with threshold 1, spikes of 1 and no quantization.
     *
     * @param beta one value, or one for each neuron
     * @throws IllegalArgumentException if a value is above 1, NaN or infinite, or there is none
     */
    public StateLeaky(float... beta) {
        this(Parameter.of(beta), Parameter.of(1), Parameter.of(1), Quantization.NONE);
    }

    /**
     * Returns this model with another threshold.
     *
     * @param values one value, or one for each neuron
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public StateLeaky withThreshold(float... values) {
        return new StateLeaky(beta, Parameter.of(values), gradedSpikesFactor, quantization);
    }

    @Override
    public NeuronGroup bind(Arena arena, int neurons) {
        float[] decay = beta.values();
        for (int i = 0; i < decay.length; i++) {
            float tau = 1 / ((1 - decay[i]) + SMALLEST);
            decay[i] = (float) Math.exp(-1 / tau);
        }
        LeakyParametersBuilder builder =
                LeakyParameters.builder(neurons).threshold(threshold.values()).reset(Reset.NONE);
        if (quantization.equals(Quantization.NONE)) {
            return new LeakyGroup(builder.decay(Decay.MULTIPLY, decay).build(arena));
        }
        // The sum is kept in a synapse, so that its rounding for the membrane does not come back.
        return new LeakyGroup(builder.synapse(decay)
                .decay(Decay.MULTIPLY, 0)
                .quantization(1, quantization.levels())
                .build(arena));
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

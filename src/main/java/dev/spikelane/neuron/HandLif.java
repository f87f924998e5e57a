package dev.spikelane.neuron;

import dev.spikelane.kernel.step.LeakyParameters;
import java.lang.foreign.Arena;

/**
 * The leaky integrate-and-fire neuron that snnTorch's tutorial 3 writes by hand. Unlike {@link Leaky} it takes the spike from the
 * membrane before the step, so that a spike and its reset fall into the same step.
 *
 * <p>Each step, in float32 without fused operations; the tutorial's current is {@code I = w * x}:
 *
 * <pre>{@code
 * S = U > threshold                                    from the membrane before the step
 * U = (beta * U + I) - S * threshold
 * }</pre>
 *
 * @param beta share of the membrane left after a step, clamped to [0, 1] when used
 * @param threshold membrane above which a neuron fires
 */
public record HandLif(Parameter beta, Parameter threshold) implements Neuron {

    /**
     * Makes a model.
     *
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public HandLif {
        beta.requireFinite("beta");
        threshold.requireFinite("threshold");
    }

    /**
     * Makes a model with threshold 1.
     *
     * @param beta one value, or one for each neuron
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public HandLif(float... beta) {
        this(Parameter.of(beta), Parameter.of(1));
    }

    @Override
    public NeuronGroup bind(Arena arena, int neurons) {
        return new LeakyGroup(LeakyParameters.builder(neurons)
                .beta(beta.values())
                .threshold(threshold.values())
                .firesBefore(true)
                .build(arena));
    }
}

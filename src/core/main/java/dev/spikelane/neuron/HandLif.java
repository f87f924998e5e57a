package dev.spikelane.neuron;

import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * The leaky integrate-and-fire neuron that snnTorch's tutorial 3 writes by hand. Unlike {@link Leaky} it takes the
 * spike from the membrane before the step, so that a spike and its reset fall into the same step.
 *
 * <p>Each step, in float32 without fused operations; the tutorial's current is {@code I = w * x}:
 *
 * <pre>{@code
 * S = U > threshold                                    from the membrane before the step
 * U = (beta * U + I) - S * threshold
 * }</pre>
 *
 * <p>The membrane that was compared with the threshold is that after the step before, which is recorded there:
 * {@link #beforeReset} returns this model.
 *
 * <p>Variables for recorders: {@code membrane}.
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
        this(Parameter.of(Objects.requireNonNull(beta, "beta")), Parameter.of(1));
    }

    /**
     * Makes a model with threshold 1.
     *
     * @param beta one value, or one for each neuron, rounded once to float32
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public HandLif(double... beta) {
        this(Parameter.of(Objects.requireNonNull(beta, "beta")), Parameter.of(1));
    }

    /**
     * Returns this model with another threshold.
     *
     * @param values one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public HandLif withThreshold(double... values) {
        return new HandLif(beta, Parameter.of(values));
    }

    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        return new TextGroup(
                new LeakyModel(shape.size())
                        .beta(beta.values())
                        .threshold(threshold.values())
                        .firesBefore(true)
                        .build(arena),
                variables());
    }
}

package dev.spikelane.neuron;

import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * The leaky neuron of {@code snntorch.DeltaLeaky} (0.9.4), which fires when its membrane changes, bit for bit.
 *
 * <p>Each step, with U and U' the membrane before and after it and I the input, in float32 without fused operations:
 *
 * <pre>{@code
 * U' = beta * U + I
 * S = |U' - U| > deltaThreshold
 * }</pre>
 *
 * <p>Spikes have no sign, and there is no reset. snnTorch takes all options of Leaky and ignores them, even the
 * clamping of beta; this model offers none of them. It also returns the membrane before the step, which nothing reads.
 *
 * <p>Variables for recorders: {@code membrane}.
 *
 * @param beta share of the membrane left after a step; not clamped
 * @param deltaThreshold change above which a neuron fires
 */
public record DeltaLeaky(Parameter beta, Parameter deltaThreshold) implements Neuron {

    /**
     * Makes a model.
     *
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public DeltaLeaky {
        beta.requireFinite("beta");
        deltaThreshold.requireFinite("deltaThreshold");
    }

    /**
     * Makes a model that fires at changes above 1.
     *
     * @param beta one value, or one for each neuron
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public DeltaLeaky(float... beta) {
        this(Parameter.of(Objects.requireNonNull(beta, "beta")), Parameter.of(1));
    }

    /**
     * Makes a model that fires at changes above 1.
     *
     * @param beta one value, or one for each neuron, rounded once to float32
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public DeltaLeaky(double... beta) {
        this(Parameter.of(Objects.requireNonNull(beta, "beta")), Parameter.of(1));
    }

    /**
     * Returns this model with another threshold.
     *
     * @param values one value, or one for each neuron
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public DeltaLeaky withDeltaThreshold(float... values) {
        return new DeltaLeaky(beta, Parameter.of(values));
    }

    /**
     * Returns this model with another threshold.
     *
     * @param values one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public DeltaLeaky withDeltaThreshold(double... values) {
        return new DeltaLeaky(beta, Parameter.of(values));
    }

    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        return new TextGroup(
                new LeakyModel(shape.size())
                        .param("beta", beta.values())
                        .decay(Decay.MULTIPLY, "beta")
                        .param("deltaThreshold", deltaThreshold.values())
                        .threshold("deltaThreshold")
                        .firesOnChange()
                        .build(arena),
                variables());
    }
}

package dev.spikelane.neuron;

import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.kernel.step.leaky.LeakyText;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * The leaky integrate-and-fire neuron of {@code snntorch.Leaky} (0.9.4), bit for bit.
 *
 * <p>Each step, with U the membrane, I the current, R and S in {0, 1}, in float32 without fused operations:
 *
 * <pre>{@code
 * R = U > threshold                                    from the membrane before the step
 * U = (beta * U + I) - R * threshold                   reset SUBTRACT
 * U = beta * ((1 - R) * U) + I                         reset ZERO
 * U = (beta * U + I) - R * (beta * U + I)              reset CLEAR
 * U = beta * (U - R * threshold) + I                   reset SUBTRACT_DECAYED
 * U = beta * U + I                                     reset NONE
 * S = U > threshold
 * U = U - (S - R) * threshold    or    (S - R) * U     only with Reset.Time.SAME_STEP_DIFFERENCE
 * }</pre>
 *
 * <p>So a spike is immediate and, by default, its reset comes one step later. The comparison is strict, although
 * snnTorch's documentation says otherwise; with reset ZERO the input of the step is kept. Under inhibition the reset R
 * is not inhibited; of equal membranes the first one may fire; a NaN counts as the largest and does not fire.
 *
 * <p>Variables for recorders: {@code membrane}.
 *
 * @param beta share of the membrane left after a step; clamped to [0, 1] when used, as snnTorch does
 * @param firing the threshold and the reset
 * @param gradedSpikesFactor the value of one spike; without effect under inhibition, except that snnTorch's immediate
 *     reset then divides S by it. A factor 0, with which snnTorch's immediate reset gives NaN or infinity, divides
 *     nothing here
 */
public record Leaky(Parameter beta, ThresholdAndReset firing, Parameter gradedSpikesFactor)
        implements Neuron, HasFiring<Leaky> {

    /**
     * Makes a model.
     *
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public Leaky {
        beta.requireFinite("beta");
        Objects.requireNonNull(firing, "firing");
        gradedSpikesFactor.requireFinite("gradedSpikesFactor");
    }

    /**
     * Makes a model with snnTorch's defaults: threshold 1, delayed reset by subtraction, no inhibition, spikes of 1.
     *
     * @param beta one value, or one for each neuron
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public Leaky(float... beta) {
        this(Parameter.of(Objects.requireNonNull(beta, "beta")), ThresholdAndReset.DEFAULT, Parameter.of(1));
    }

    /**
     * Makes a model with snnTorch's defaults: threshold 1, delayed reset by subtraction, no inhibition, spikes of 1.
     *
     * @param beta one value, or one for each neuron, rounded once to float32
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public Leaky(double... beta) {
        this(Parameter.of(Objects.requireNonNull(beta, "beta")), ThresholdAndReset.DEFAULT, Parameter.of(1));
    }

    /**
     * Returns this model with other options.
     *
     * @param options the threshold and the reset
     * @return the model
     */
    @Override
    public Leaky withFiring(ThresholdAndReset options) {
        return new Leaky(beta, options, gradedSpikesFactor);
    }

    /**
     * Returns this model with another threshold.
     *
     * @param values one value, or one for each neuron
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public Leaky withThreshold(float... values) {
        return withFiring(firing.withThreshold(values));
    }

    /**
     * Returns this model with a delayed or an immediate reset.
     *
     * @param delayed whether a spike's reset comes at the next step
     * @return the model
     */
    public Leaky withDelayedReset(boolean delayed) {
        return withFiring(firing.withDelayedReset(delayed));
    }

    /**
     * Returns this model with or without inhibition.
     *
     * @param inhibited whether only one neuron of a row may fire
     * @return the model
     */
    public Leaky withInhibition(boolean inhibited) {
        return withFiring(firing.withInhibition(inhibited));
    }

    /**
     * Returns this model with other graded spikes.
     *
     * @param values the value of one spike: one value, or one for each neuron
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public Leaky withGradedSpikesFactor(float... values) {
        return new Leaky(beta, firing, Parameter.of(values));
    }

    /**
     * Returns this model with other graded spikes.
     *
     * @param values the value of one spike: one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public Leaky withGradedSpikesFactor(double... values) {
        return new Leaky(beta, firing, Parameter.of(values));
    }

    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        return new TextGroup(
                firing.applyTo(new LeakyModel(shape.size()), 1)
                        .beta(beta.values())
                        .carries(LeakyText.FACTOR, gradedSpikesFactor.values())
                        .build(arena),
                variables());
    }

    @Override
    public Parameter spikeValue() {
        return firing.inhibition() ? Parameter.of(1) : gradedSpikesFactor;
    }
}

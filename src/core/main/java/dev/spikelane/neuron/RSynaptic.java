package dev.spikelane.neuron;

import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;

/**
 * The recurrent leaky integrate-and-fire neuron with a synaptic current of {@code snntorch.RSynaptic} (0.9.4).
 *
 * <p>Each step, with U the membrane, X the synaptic current, I the input, S' the spikes of the step before, R and S in
 * {0, 1}, in float32 without fused operations:
 *
 * <pre>{@code
 * F = V * S'                                           one to one
 * F = weights * S' + bias                              all to all, in the order of RecurrentMatmul
 * F = what projections of a network bring to the port feedback, if there are any, in place of these
 * R = U > threshold                                    from the membrane before the step
 * X = (alpha * X + I) + F
 * V = beta * U + X
 * U = V - R * threshold                                reset SUBTRACT
 * U = V - R * V                                        reset ZERO
 * U = V                                                reset NONE
 * S = U > threshold
 * U = U - (S - R) * threshold    or    (S - R) * U     only with Reset.Time.SAME_STEP_DIFFERENCE
 * }</pre>
 *
 * <p>One to one the bits are snnTorch's. In snnTorch {@code reset_delay=False} raises or, with states passed in, has no
 * effect; here it acts as in {@link RLeaky}. A reset of the state also clears the spikes of the previous step;
 * snnTorch's {@code reset_hidden} does not.
 *
 * <p>Variables for recorders: {@code membrane}, {@code synapse}.
 *
 * @param alpha share of the synaptic current left after a step; clamped to [0, 1] when used
 * @param beta share of the membrane left after a step; clamped to [0, 1] when used
 * @param recurrence the feedback of the neurons to themselves
 * @param firing the threshold and the reset
 */
public record RSynaptic(Parameter alpha, Parameter beta, Recurrence recurrence, ThresholdAndReset firing)
        implements Neuron, HasFiring<RSynaptic> {

    /**
     * Makes a model.
     *
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public RSynaptic {
        alpha.requireFinite("alpha");
        beta.requireFinite("beta");
        Objects.requireNonNull(recurrence, "recurrence");
        Objects.requireNonNull(firing, "firing");
    }

    /**
     * Makes a model with snnTorch's defaults.
     *
     * @param recurrence the feedback of the neurons to themselves
     * @param alpha share of the synaptic current left after a step
     * @param beta share of the membrane left after a step
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public RSynaptic(Recurrence recurrence, double alpha, double beta) {
        this(Parameter.of(alpha), Parameter.of(beta), recurrence, ThresholdAndReset.DEFAULT);
    }

    /**
     * Returns this model with other options.
     *
     * @param options the threshold and the reset
     * @return the model
     */
    @Override
    public RSynaptic withFiring(ThresholdAndReset options) {
        return new RSynaptic(alpha, beta, recurrence, options);
    }

    @Override
    public List<String> ports() {
        return List.of(CURRENT, FEEDBACK);
    }

    @Override
    public List<String> variables() {
        return TextGroup.SYNAPTIC;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a parameter is given for each neuron and their number differs, or the
     *     recurrence does not fit
     */
    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        return TextGroup.of(arena, shape, this, declared(shape.size()));
    }

    @Override
    public NeuronGroup bindPorts(Arena arena, Shape shape) {
        return new TextGroup(declared(shape.size()).feedback(Feedback.CURRENTS).build(arena), variables());
    }

    private LeakyModel declared(int neurons) {
        return firing.clearing()
                .applyTo(new LeakyModel(neurons), 2)
                .param("alpha", alpha.values())
                .synapse("alpha")
                .beta(beta.values());
    }
}

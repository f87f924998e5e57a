package dev.spikelane.neuron;

import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;

/**
 * The leaky integrate-and-fire neuron with a synaptic current of {@code snntorch.Synaptic} (0.9.4), bit for bit.
 *
 * <p>Each step, with U the membrane, X the synaptic current, I the input, R and S in {0, 1}, in float32 without fused
 * operations:
 *
 * <pre>{@code
 * R = U > threshold                                    from the membrane before the step
 * X = alpha * X + I
 * U = (beta * U + X) - R * threshold                   reset SUBTRACT
 * U = (beta * U + X) - R * (beta * U + X)              reset ZERO
 * U = beta * U + X                                     reset NONE
 * S = U > threshold
 * U = U - (S - R) * threshold    or    (S - R) * U     only with Reset.Time.SAME_STEP_DIFFERENCE
 * }</pre>
 *
 * <p>Unlike {@link Leaky}, reset ZERO takes this step's input from the membrane too; no reset touches the synaptic
 * current.
 *
 * <p>Variables for recorders: {@code membrane}, {@code synapse}.
 *
 * @param alpha share of the synaptic current left after a step; clamped to [0, 1] when used
 * @param beta share of the membrane left after a step; clamped to [0, 1] when used
 * @param firing the threshold and the reset; quantization rounds membrane and synaptic current
 */
public record Synaptic(Parameter alpha, Parameter beta, ThresholdAndReset firing)
        implements Neuron, HasFiring<Synaptic> {

    /**
     * Makes a model.
     *
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public Synaptic {
        alpha.requireFinite("alpha");
        beta.requireFinite("beta");
        Objects.requireNonNull(firing, "firing");
    }

    /**
     * Makes a model with snnTorch's defaults.
     *
     * @param alpha share of the synaptic current left after a step
     * @param beta share of the membrane left after a step
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public Synaptic(double alpha, double beta) {
        this(Parameter.of(alpha), Parameter.of(beta), ThresholdAndReset.DEFAULT);
    }

    /**
     * Returns this model with other options.
     *
     * @param options the threshold and the reset
     * @return the model
     */
    @Override
    public Synaptic withFiring(ThresholdAndReset options) {
        return new Synaptic(alpha, beta, options);
    }

    @Override
    public List<String> variables() {
        return TextGroup.SYNAPTIC;
    }

    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        return new TextGroup(
                firing.clearing()
                        .applyTo(new LeakyModel(shape.size()), 2)
                        .param("alpha", alpha.values())
                        .synapse("alpha")
                        .beta(beta.values())
                        .build(arena),
                variables());
    }
}

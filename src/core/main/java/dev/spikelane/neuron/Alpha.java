package dev.spikelane.neuron;

import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;

/**
 * The neuron whose membrane follows an alpha function of {@code snntorch.Alpha} (0.9.4), bit for bit.
 *
 * <p>Each step, with U the membrane, E and H the excitatory and the inhibitory current, I the input, R and S in {0, 1},
 * in float32 without fused operations:
 *
 * <pre>{@code
 * tau = ln(alpha) / (ln(beta) - ln(alpha)) + 1
 * R = U > threshold                                         from the membrane before the step
 * h = H,  E = alpha * E + I,  H = beta * H - I,  U = tau * (E + H)
 * E = E - R * E,          H = H - R * H,  U = U - R * U     reset ZERO
 * E = E - R * threshold,  H = H - R * H,  U = U + R * h     reset SUBTRACT
 * S = U > threshold
 * }</pre>
 *
 * <p>The membrane has no memory of its own. snnTorch's documentation gives another tau than its code. As in snnTorch,
 * this model has no {@code reset_delay}.
 *
 * <p>Variables for recorders: {@code membrane}, {@code excitatory}, {@code inhibitory}.
 *
 * @param alpha share of the excitatory current left after a step, above beta; clamped to [0, 1] when used
 * @param beta share of the inhibitory current left after a step, below 1; clamped to [0, 1] when used
 * @param firing the threshold and the reset, which comes at the next step; quantization rounds all variables
 */
public record Alpha(Parameter alpha, Parameter beta, ThresholdAndReset firing) implements Neuron, HasFiring<Alpha> {

    /** The factor of the sum of the currents: no number unless alpha is above beta. */
    private static final String SCALE = "_alpha > _leak ? log(_alpha) / (log(_leak) - log(_alpha)) + 1 : 1 / 0";

    /**
     * Makes a model.
     *
     * @throws IllegalArgumentException if a value is NaN or infinite, an alpha is not above its beta, or the reset is
     *     one that this model does not have
     */
    public Alpha {
        alpha.requireFinite("alpha");
        beta.requireFinite("beta");
        Objects.requireNonNull(firing, "firing");
        for (int i = 0; i < Math.max(alpha.count(), beta.count()); i++) {
            float fast = clamp(Parameters.valueOrLast(beta, i));
            float slow = clamp(Parameters.valueOrLast(alpha, i));
            if (!(slow > fast)) {
                throw new IllegalArgumentException("alpha of neuron " + i + " is " + slow
                        + ", expected more than its beta, " + fast + ", after both are clamped to [0, 1]");
            }
        }
        if (firing.resetTime() != Reset.Time.NEXT_STEP || firing.reset() == Reset.SUBTRACT_DECAYED) {
            throw new IllegalArgumentException("reset " + firing.reset() + " at the " + firing.resetTime()
                    + ", expected SUBTRACT, ZERO, CLEAR or NONE at the NEXT_STEP");
        }
    }

    /**
     * Makes a model with snnTorch's defaults for it, among them reset ZERO.
     *
     * @param alpha share of the excitatory current left after a step
     * @param beta share of the inhibitory current left after a step
     * @throws IllegalArgumentException if a value is NaN or infinite, or alpha is not above beta
     */
    public Alpha(double alpha, double beta) {
        this(Parameter.of(alpha), Parameter.of(beta), ThresholdAndReset.DEFAULT.withReset(Reset.ZERO));
    }

    /**
     * Returns this model with other options.
     *
     * @param options the threshold and the reset
     * @return the model
     * @throws IllegalArgumentException if the reset is one that this model does not have
     */
    @Override
    public Alpha withFiring(ThresholdAndReset options) {
        return new Alpha(alpha, beta, options);
    }

    @Override
    public List<String> variables() {
        return TextGroup.ALPHA;
    }

    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        return new TextGroup(
                firing.clearing()
                        .applyTo(new LeakyModel(shape.size()), TextGroup.ALPHA.size())
                        .beta(beta.values())
                        .param("alpha", alpha.values())
                        .alphaFunction("alpha", SCALE)
                        .build(arena),
                variables());
    }

    private static float clamp(float share) {
        return Math.clamp(share, 0.0f, 1.0f);
    }
}

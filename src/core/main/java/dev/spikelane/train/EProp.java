package dev.spikelane.train;

import dev.spikelane.simd.Checks;
import dev.spikelane.train.gradient.GradientRequest.Feedback;

/**
 * Learning with gradients that go forward in time, in place of backpropagation through it: memory does not grow with
 * the number of steps ({@link TrainerBuilder#online}).
 *
 * <p>A synapse has an eligibility trace for each variable of its neuron: how far the variable follows from the weight,
 * on the way through the neuron alone. With h the variables of neuron j after step t, I its current, x what the synapse
 * brings, and z the spike, whose derivative is the surrogate:
 *
 * <pre>{@code
 * trace[t] = dh[t]/dh[t-1] * trace[t-1] + dh[t]/dI * x[t]
 * e[t]     = dz[t]/dh[t-1] * trace[t-1] + dz[t]/dI * x[t]
 * }</pre>
 *
 * <p>The derivatives are those that backpropagation takes: what the text of the neurons detaches has none. Any neurons
 * do that have one current at a port, such as {@link dev.spikelane.neuron.Leaky}, recurrent ones, and those of
 * equations with a threshold that adapts.
 *
 * <p><b>E-prop</b> (Bellec and others 2020, Nature Communications 11:3625) leaves out what spikes do to other neurons
 * of their population later. Losses read membranes of readouts, {@link dev.spikelane.neuron.Leaky} neurons of one
 * leak k that subtract at a reset or do not reset. With g the gradients of their currents that a step of the loss
 * gives, and B the feedback:
 *
 * <pre>{@code
 * gradient = sum over t of L[t] * f[t]      L = B^T * g,  f[t] = k * f[t-1] + e[t]
 * }</pre>
 *
 * <p><b>Online training through time</b> (Xiao and others 2022, NeurIPS) is for networks without loops: gradients go
 * from layer to layer in each step by itself, and the gradient is the sum of those of currents, times the traces.
 *
 * <p>Immutable.
 */
public final class EProp {

    private final Feedback feedback;
    private final long seed;
    private final double target;
    private final double strength;

    private EProp(Feedback feedback, long seed, double target, double strength) {
        this.feedback = feedback;
        this.seed = seed;
        this.target = target;
        this.strength = strength;
    }

    /**
     * Returns e-prop whose feedback is the weights to the readouts: each population that fires has a projection to one.
     *
     * @return the rule
     */
    public static EProp symmetric() {
        return new EProp(Feedback.SYMMETRIC, 0, 0, 0);
    }

    /**
     * Returns e-prop whose feedback from each readout to each other population is drawn once, as the weights of
     * {@code torch.nn.Linear} from that population to the readout are.
     *
     * @param seed of a stream, from which populations draw in their order
     * @return the rule
     */
    public static EProp random(long seed) {
        return new EProp(Feedback.RANDOM, seed, 0, 0);
    }

    /**
     * Returns e-prop whose feedback is drawn as by {@link #random}, and then learns as weights to the readouts would;
     * decay of weights by the optimizer brings the two together. Its values are learned under names such as
     * {@code lif1.feedback.lif2.weight}, which checkpoints keep.
     *
     * @param seed as above
     * @return the rule
     */
    public static EProp adaptive(long seed) {
        return new EProp(Feedback.ADAPTIVE, seed, 0, 0);
    }

    /**
     * Returns online training through time, for networks without loops and delays.
     *
     * @return the rule
     */
    public static EProp throughTime() {
        return new EProp(Feedback.SPATIAL, 0, 0, 0);
    }

    /**
     * Returns this rule with a regularization of rates, which adds the gradient of
     * {@code strength / 2 * (rate - target)^2}, summed over the neurons of all populations that are no readouts and
     * averaged over samples, where the rate is the mean of a neuron's spikes over steps. Losses that are told leave it
     * out.
     *
     * @param ofTarget spikes of a neuron in a step, finite, at least 0
     * @param ofStrength finite, at least 0; 0 for none
     * @return the rule
     * @throws IllegalArgumentException if a number is negative or not finite
     */
    public EProp withRate(double ofTarget, double ofStrength) {
        Checks.finiteFromZero("target", ofTarget);
        Checks.finiteFromZero("strength", ofStrength);
        return new EProp(feedback, seed, ofTarget, ofStrength);
    }

    Feedback feedback() {
        return feedback;
    }

    long seed() {
        return seed;
    }

    double target() {
        return target;
    }

    double strength() {
        return strength;
    }

    /** The rule and all options; checkpoints compare it. */
    @Override
    public String toString() {
        return "EProp, feedback " + feedback + ", seed " + seed + ", rate " + target + " by " + strength;
    }
}

package dev.spikelane.train;

import dev.spikelane.simd.Checks;
import dev.spikelane.train.gradient.GradientRequest.Feedback;

/**
 * Online learning: gradients are computed forward in time instead of by backpropagation through time, so memory does
 * not grow with the number of steps ({@link TrainerBuilder#online}).
 *
 * <p>A synapse has an eligibility trace for each variable of its neuron: the derivative of the variable with respect to
 * the weight, through this neuron alone. Let h be the variables of neuron j after step t, I its current, x the input of
 * the synapse, and z the spike, whose derivative is the surrogate:
 *
 * <pre>{@code
 * trace[t] = dh[t]/dh[t-1] * trace[t-1] + dh[t]/dI * x[t]
 * e[t]     = dz[t]/dh[t-1] * trace[t-1] + dz[t]/dI * x[t]
 * }</pre>
 *
 * <p>The derivatives are the same as in backpropagation; detached terms of a neuron's text have none. All neurons with
 * one current at each port can be used, such as {@link dev.spikelane.neuron.Leaky}, recurrent neurons, and neurons of
 * equations with an adaptive threshold.
 *
 * <p><b>E-prop</b> (Bellec and others 2020, Nature Communications 11:3625) ignores the later effect of spikes on other
 * neurons of the population. Losses read membranes of readouts: {@link dev.spikelane.neuron.Leaky} neurons with one
 * leak k, without a reset or with a reset by subtraction. Let g be the gradients of their currents in one step of the
 * loss, and B the feedback:
 *
 * <pre>{@code
 * gradient = sum over t of L[t] * f[t]      L = B^T * g,  f[t] = k * f[t-1] + e[t]
 * }</pre>
 *
 * <p><b>Online training through time</b> (Xiao and others 2022, NeurIPS) is for networks without loops. Each step is
 * backpropagated through the layers by itself. The gradient of a weight is the sum over steps of the current's gradient
 * times the trace.
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
     * Returns e-prop with random feedback from each readout to each other population, drawn once like the weights of
     * {@code torch.nn.Linear} from that population to the readout.
     *
     * @param seed of a stream, from which populations draw in their order
     * @return the rule
     */
    public static EProp random(long seed) {
        return new EProp(Feedback.RANDOM, seed, 0, 0);
    }

    /**
     * Returns e-prop whose feedback is drawn as by {@link #random}, and then learns as weights to the readouts would;
     * weight decay by the optimizer brings the two together. Its values have names such as {@code
     * lif1.feedback.lif2.weight}, which checkpoints keep.
     *
     * @param seed as in {@link #random}
     * @return the rule
     */
    public static EProp adaptive(long seed) {
        return new EProp(Feedback.ADAPTIVE, seed, 0, 0);
    }

    /** {@return online training through time, for networks without loops and delays} */
    public static EProp throughTime() {
        return new EProp(Feedback.SPATIAL, 0, 0, 0);
    }

    /**
     * Returns this rule with a regularization of rates. It adds the gradient of
     * {@code strength / 2 * (rate - target)^2}, summed over all neurons that are not readouts and averaged over
     * samples. The rate of a neuron is its mean number of spikes a step. Reported losses do not include this term.
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

package dev.spikelane.train;

import dev.spikelane.simd.Checks;
import dev.spikelane.train.update.BoundUpdate;

/**
 * Gradient descent, as {@code torch.optim.SGD} computes it, in float32 and unfused.
 *
 * @param rate the learning rate, finite, at least 0
 * @param momentum how much of the last step is kept, at least 0
 * @param dampening the share of a gradient that does not enter the momentum
 * @param nesterov whether the step looks ahead: Nesterov's momentum
 * @param weightDecay how much weights decay, as a part of the gradient, at least 0
 */
public record Sgd(double rate, double momentum, double dampening, boolean nesterov, double weightDecay)
        implements Trainer.Optimizer {

    /** Checks the numbers. */
    public Sgd {
        BoundUpdate.requireRate(rate);
        Checks.finiteFromZero("momentum", momentum);
        Checks.finite("dampening", dampening);
        Checks.finiteFromZero("weightDecay", weightDecay);
        if (nesterov && (momentum == 0 || dampening != 0)) {
            throw new IllegalArgumentException("nesterov has momentum " + momentum + " and dampening " + dampening
                    + ", expected momentum above 0 and no dampening");
        }
    }

    /**
     * Makes plain gradient descent.
     *
     * @param rate the learning rate, finite, at least 0
     * @throws IllegalArgumentException if the rate is out of range
     */
    public Sgd(double rate) {
        this(rate, 0, 0, false, 0);
    }

    /**
     * Returns this rule with momentum.
     *
     * @param kept how much of the last step is kept, at least 0
     * @return the rule
     * @throws IllegalArgumentException if it is out of range
     */
    public Sgd withMomentum(double kept) {
        return new Sgd(rate, kept, dampening, nesterov, weightDecay);
    }

    /**
     * Returns this rule with dampening.
     *
     * @param share the share of a gradient that does not enter the momentum
     * @return the rule
     * @throws IllegalArgumentException if it is not finite, or this rule is Nesterov's
     */
    public Sgd withDampening(double share) {
        return new Sgd(rate, momentum, share, nesterov, weightDecay);
    }

    /**
     * Returns this rule with Nesterov's momentum, or without.
     *
     * @param ahead whether the step looks ahead
     * @return the rule
     * @throws IllegalArgumentException if there is no momentum, or dampening
     */
    public Sgd withNesterov(boolean ahead) {
        return new Sgd(rate, momentum, dampening, ahead, weightDecay);
    }

    /**
     * Returns this rule with weight decay.
     *
     * @param decay how much weights decay, at least 0
     * @return the rule
     * @throws IllegalArgumentException if it is negative
     */
    public Sgd withWeightDecay(double decay) {
        return new Sgd(rate, momentum, dampening, nesterov, decay);
    }
}

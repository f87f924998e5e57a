package dev.spikelane.train;

import java.lang.foreign.MemorySegment;

/**
 * Gradient descent, as {@code torch.optim.SGD} computes it, in float32 and unfused.
 *
 * @param rate the learning rate, finite, at least 0
 * @param momentum how much of the last step is kept, at least 0
 * @param dampening the share of a gradient that does not enter the momentum
 * @param nesterov whether the step looks ahead, for which there must be momentum and no dampening
 * @param weightDecay how much weights decay, as a part of the gradient, at least 0
 */
public record Sgd(double rate, double momentum, double dampening, boolean nesterov, double weightDecay)
        implements Optimizer {

    /**
     * Makes a rule.
     *
     * @throws IllegalArgumentException if a number is out of range, or nesterov comes without momentum or with dampening
     */
    public Sgd {
        requireRate(rate);
        if (!(momentum >= 0 && Double.isFinite(momentum))) {
            throw new IllegalArgumentException("momentum is " + momentum + ", expected a finite number of at least 0");
        }
        if (!Double.isFinite(dampening)) {
            throw new IllegalArgumentException("dampening is " + dampening + ", expected a finite number");
        }
        if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
            throw new IllegalArgumentException(
                    "weightDecay is " + weightDecay + ", expected a finite number of at least 0");
        }
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

    @Override
    public String name() {
        return "sgd";
    }

    @Override
    public ParameterUpdate bind(MemorySegment parameter) {
        return new SgdUpdate(this, parameter);
    }

    static void requireRate(double rate) {
        if (!(rate >= 0 && Double.isFinite(rate))) {
            throw new IllegalArgumentException("rate is " + rate + ", expected a finite number of at least 0");
        }
    }

    static void requireBegun(long steps) {
        if (steps == 0) {
            throw new IllegalStateException("no step has begun");
        }
    }

    static long requireSteps(long steps) {
        if (steps < 0) {
            throw new IllegalArgumentException("steps is " + steps + ", expected at least 0");
        }
        return steps;
    }
}

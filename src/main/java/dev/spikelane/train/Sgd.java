package dev.spikelane.train;

import dev.spikelane.simd.Checks;
import dev.spikelane.train.update.BoundUpdate;
import dev.spikelane.train.update.ParameterUpdate;
import dev.spikelane.train.update.SgdUpdate;
import java.lang.foreign.MemorySegment;

/**
 * Gradient descent, as {@code torch.optim.SGD} computes it, in float32 and unfused.
 */
public final class Sgd extends Trainer.Optimizer {

    private final Options options;

    private Sgd(Options options) {
        this.options = options;
    }

    /** All options. */
    private record Options(double rate, double momentum, double dampening, boolean nesterov, double weightDecay) {

        Options {
            BoundUpdate.requireRate(rate);
            Checks.finiteFromZero("momentum", momentum);
            Checks.finite("dampening", dampening);
            Checks.finiteFromZero("weightDecay", weightDecay);
            if (nesterov && (momentum == 0 || dampening != 0)) {
                throw new IllegalArgumentException("nesterov has momentum " + momentum + " and dampening " + dampening
                        + ", expected momentum above 0 and no dampening");
            }
        }
    }

    /**
     * Makes plain gradient descent.
     *
     * @param rate the learning rate, finite, at least 0
     * @throws IllegalArgumentException if the rate is out of range
     */
    public Sgd(double rate) {
        this(new Options(rate, 0, 0, false, 0));
    }

    @Override
    public double rate() {
        return options.rate;
    }

    /**
     * Returns the momentum.
     *
     * @return how much of the last step is kept, at least 0
     */
    public double momentum() {
        return options.momentum;
    }

    /**
     * Returns the dampening.
     *
     * @return the share of a gradient that does not enter the momentum
     */
    public double dampening() {
        return options.dampening;
    }

    /**
     * Tells whether the step looks ahead.
     *
     * @return whether the momentum is Nesterov's
     */
    public boolean nesterov() {
        return options.nesterov;
    }

    /**
     * Returns the weight decay.
     *
     * @return how much weights decay, as a part of the gradient, at least 0
     */
    public double weightDecay() {
        return options.weightDecay;
    }

    /**
     * Returns this rule with momentum.
     *
     * @param kept how much of the last step is kept, at least 0
     * @return the rule
     * @throws IllegalArgumentException if it is out of range
     */
    public Sgd withMomentum(double kept) {
        return new Sgd(new Options(options.rate, kept, options.dampening, options.nesterov, options.weightDecay));
    }

    /**
     * Returns this rule with dampening.
     *
     * @param share the share of a gradient that does not enter the momentum
     * @return the rule
     * @throws IllegalArgumentException if it is not finite, or this rule is Nesterov's
     */
    public Sgd withDampening(double share) {
        return new Sgd(new Options(options.rate, options.momentum, share, options.nesterov, options.weightDecay));
    }

    /**
     * Returns this rule with Nesterov's momentum, or without.
     *
     * @param ahead whether the step looks ahead
     * @return the rule
     * @throws IllegalArgumentException if there is no momentum, or dampening
     */
    public Sgd withNesterov(boolean ahead) {
        return new Sgd(new Options(options.rate, options.momentum, options.dampening, ahead, options.weightDecay));
    }

    /**
     * Returns this rule with weight decay.
     *
     * @param decay how much weights decay, at least 0
     * @return the rule
     * @throws IllegalArgumentException if it is negative
     */
    public Sgd withWeightDecay(double decay) {
        return new Sgd(new Options(options.rate, options.momentum, options.dampening, options.nesterov, decay));
    }

    @Override
    public String name() {
        return "sgd";
    }

    @Override
    ParameterUpdate bind(MemorySegment parameter) {
        return new SgdUpdate(parameter, options.momentum, options.dampening, options.nesterov, options.weightDecay);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sgd that && options.equals(that.options);
    }

    @Override
    public int hashCode() {
        return options.hashCode();
    }

    @Override
    public String toString() {
        return options.toString().replaceFirst("Options", "Sgd");
    }
}

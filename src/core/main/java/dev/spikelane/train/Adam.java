package dev.spikelane.train;

import dev.spikelane.kernel.optimize.AdamRule;
import dev.spikelane.simd.Checks;

/**
 * Adam, and AdamW where the weight decay is decoupled, as {@code torch.optim.Adam} and {@code AdamW} compute them, in
 * the order that {@link dev.spikelane.kernel.optimize.AdamRule} says.
 *
 * @param rate the learning rate, more than 0, at most 1,000: weights move by about the rate in each step
 * @param beta1 how much of the mean of gradients is kept, in [0, 1)
 * @param beta2 how much of the mean of squared gradients is kept, in [0, 1)
 * @param epsilon a term beside the root of the mean of squares, above 0
 * @param weightDecay how much weights decay, at least 0
 * @param decoupled whether weights decay by themselves (AdamW), and not as a part of the gradient
 * @param amsgrad whether the largest mean of squares so far takes the place of the last
 */
public record Adam(
        double rate, double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled, boolean amsgrad)
        implements Trainer.Optimizer {

    private static final double BETA_1 = 0.9;
    private static final double BETA_2 = 0.999;
    private static final double EPSILON = 1e-8;
    private static final double DECOUPLED_DECAY = 0.01;

    private static final double MOST_RATE = 1_000;

    /** Checks the numbers. */
    public Adam {
        Checks.require(rate > 0 && rate <= MOST_RATE, "rate", rate, "more than 0 and at most " + MOST_RATE);
        new AdamRule(beta1, beta2, epsilon, weightDecay, decoupled, amsgrad);
    }

    /**
     * Creates {@code torch.optim.Adam(lr=rate)}: betas 0.9 and 0.999, epsilon 1e-8, no decay.
     *
     * @param rate as {@link #rate}
     * @throws IllegalArgumentException if the rate is out of range
     */
    public Adam(double rate) {
        this(rate, BETA_1, BETA_2, EPSILON, 0, false, false);
    }

    /**
     * Creates {@code torch.optim.AdamW(lr=rate)}, with a decoupled decay of 0.01.
     *
     * @param rate as {@link #rate}
     * @return the rule
     * @throws IllegalArgumentException if the rate is out of range
     */
    public static Adam decoupled(double rate) {
        return new Adam(rate, BETA_1, BETA_2, EPSILON, DECOUPLED_DECAY, true, false);
    }

    /**
     * Returns this rule with other betas.
     *
     * @param first as {@link #beta1}
     * @param second as {@link #beta2}
     * @return the rule
     * @throws IllegalArgumentException if one is out of range
     */
    public Adam withBetas(double first, double second) {
        return new Adam(rate, first, second, epsilon, weightDecay, decoupled, amsgrad);
    }

    /**
     * Returns this rule with another epsilon.
     *
     * @param number a term beside the root, above 0 in float32, also times {@code sqrt(1 - beta2)}
     * @return the rule
     * @throws IllegalArgumentException if it is not
     */
    public Adam withEpsilon(double number) {
        return new Adam(rate, beta1, beta2, number, weightDecay, decoupled, amsgrad);
    }

    /**
     * Returns this rule with another weight decay.
     *
     * @param decay at least 0
     * @return the rule
     * @throws IllegalArgumentException if it is negative
     */
    public Adam withWeightDecay(double decay) {
        return new Adam(rate, beta1, beta2, epsilon, decay, decoupled, amsgrad);
    }

    /**
     * Returns this rule with or without amsgrad.
     *
     * @param largest as {@link #amsgrad}
     * @return the rule
     */
    public Adam withAmsgrad(boolean largest) {
        return new Adam(rate, beta1, beta2, epsilon, weightDecay, decoupled, largest);
    }
}

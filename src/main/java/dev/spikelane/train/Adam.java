package dev.spikelane.train;

import dev.spikelane.kernel.optimize.AdamCoefficients;
import dev.spikelane.train.update.AdamUpdate;
import dev.spikelane.train.update.ParameterUpdate;
import java.lang.foreign.MemorySegment;

/**
 * Adam, and AdamW where the weight decay is decoupled, as {@code torch.optim.Adam} and {@code AdamW} compute them, in
 * the order that {@link dev.spikelane.kernel.optimize.AdamStep} says.
 */
public final class Adam extends Trainer.Optimizer {

    private static final double BETA_1 = 0.9;
    private static final double BETA_2 = 0.999;
    private static final double EPSILON = 1e-8;
    private static final double DECOUPLED_DECAY = 0.01;

    private final Options options;

    private Adam(Options options) {
        this.options = options;
    }

    /** Weights move by about the rate in each step. */
    private static final double MOST_RATE = 1_000;

    /** All options. */
    private record Options(
            double rate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            boolean decoupled,
            boolean amsgrad) {

        Options {
            if (!(rate > 0 && rate <= MOST_RATE)) {
                throw new IllegalArgumentException(
                        "rate is " + rate + ", expected more than 0 and at most " + MOST_RATE);
            }
            new AdamCoefficients(beta1, beta2, epsilon, weightDecay, decoupled);
        }
    }

    /**
     * Makes {@code torch.optim.Adam(lr=rate)}: betas 0.9 and 0.999, epsilon 1e-8, no decay.
     *
     * @param rate the learning rate, more than 0, at most 1,000
     * @throws IllegalArgumentException if the rate is out of range
     */
    public Adam(double rate) {
        this(new Options(rate, BETA_1, BETA_2, EPSILON, 0, false, false));
    }

    /**
     * Makes {@code torch.optim.AdamW(lr=rate)}: the same with a decoupled decay of 0.01.
     *
     * @param rate the learning rate, more than 0, at most 1,000
     * @return the rule
     * @throws IllegalArgumentException if the rate is out of range
     */
    public static Adam decoupled(double rate) {
        return new Adam(new Options(rate, BETA_1, BETA_2, EPSILON, DECOUPLED_DECAY, true, false));
    }

    @Override
    public double rate() {
        return options.rate;
    }

    /**
     * Returns the first beta.
     *
     * @return how much of the mean of gradients is kept, in [0, 1)
     */
    public double beta1() {
        return options.beta1;
    }

    /**
     * Returns the second beta.
     *
     * @return how much of the mean of squared gradients is kept, in [0, 1)
     */
    public double beta2() {
        return options.beta2;
    }

    /**
     * Returns epsilon.
     *
     * @return what is added to the root of the mean of squares, above 0
     */
    public double epsilon() {
        return options.epsilon;
    }

    /**
     * Returns the weight decay.
     *
     * @return how much weights decay, at least 0
     */
    public double weightDecay() {
        return options.weightDecay;
    }

    /**
     * Tells which decay it is.
     *
     * @return whether weights decay by themselves (AdamW), and not as a part of the gradient
     */
    public boolean decoupled() {
        return options.decoupled;
    }

    /**
     * Tells whether this is amsgrad.
     *
     * @return whether the largest mean of squares so far takes the place of the last
     */
    public boolean amsgrad() {
        return options.amsgrad;
    }

    /**
     * Returns this rule with other betas.
     *
     * @param first how much of the mean of gradients is kept, in [0, 1)
     * @param second how much of the mean of squared gradients is kept, in [0, 1)
     * @return the rule
     * @throws IllegalArgumentException if one is out of range
     */
    public Adam withBetas(double first, double second) {
        return new Adam(new Options(rate(), first, second, epsilon(), weightDecay(), decoupled(), amsgrad()));
    }

    /**
     * Returns this rule with another epsilon.
     *
     * @param number what is added to the root, above 0
     * @return the rule
     * @throws IllegalArgumentException if it is not above 0
     */
    public Adam withEpsilon(double number) {
        return new Adam(new Options(rate(), beta1(), beta2(), number, weightDecay(), decoupled(), amsgrad()));
    }

    /**
     * Returns this rule with another weight decay.
     *
     * @param decay how much weights decay, at least 0
     * @return the rule
     * @throws IllegalArgumentException if it is negative
     */
    public Adam withWeightDecay(double decay) {
        return new Adam(new Options(rate(), beta1(), beta2(), epsilon(), decay, decoupled(), amsgrad()));
    }

    /**
     * Returns this rule with or without amsgrad.
     *
     * @param largest whether the largest mean of squares so far takes the place of the last
     * @return the rule
     */
    public Adam withAmsgrad(boolean largest) {
        return new Adam(new Options(rate(), beta1(), beta2(), epsilon(), weightDecay(), decoupled(), largest));
    }

    @Override
    public String name() {
        return options.decoupled ? "adamw" : "adam";
    }

    @Override
    ParameterUpdate bind(MemorySegment parameter) {
        AdamCoefficients coefficients = new AdamCoefficients(beta1(), beta2(), epsilon(), weightDecay(), decoupled());
        return new AdamUpdate(parameter, coefficients, amsgrad());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Adam that && options.equals(that.options);
    }

    @Override
    public int hashCode() {
        return options.hashCode();
    }

    @Override
    public String toString() {
        return options.toString().replaceFirst("Options", "Adam");
    }
}

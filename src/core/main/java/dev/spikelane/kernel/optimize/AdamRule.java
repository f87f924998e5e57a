package dev.spikelane.kernel.optimize;

import dev.spikelane.simd.Checks;

/**
 * Adam (D. Kingma, J. Ba, "Adam: a method for stochastic optimization", 2015), with numbers that are computed in
 * float64 and rounded once. With {@code c1 = 1 - beta1^step} and {@code c2 = 1 - beta2^step}:
 *
 * <pre>{@code
 * toFirst  = 1 - beta1        keepSecond = beta2        toSecond = 1 - beta2
 * rate     = learning rate * sqrt(c2) / c1              epsilon  = eps * sqrt(c2)
 * shrink   = 1 - learning rate * decay                  if the decay is decoupled, else 1
 * decay    = decay                                      if it is not, else 0
 *
 * gradient       = g + (decay > 0 ? parameter : 0) * decay
 * exp_avg        = exp_avg + (gradient - exp_avg) * toFirst
 * exp_avg_sq     = exp_avg_sq * keepSecond + gradient * gradient * toSecond
 * max_exp_avg_sq = max(max_exp_avg_sq, exp_avg_sq)                               amsgrad, whose root is that of this
 * parameter      = parameter * shrink - rate * exp_avg / (sqrt(exp_avg_sq) + epsilon)
 * }</pre>
 *
 * <p>Multiplying rate and epsilon by {@code sqrt(c2)} saves one of torch's two divisions. Without decay an infinite
 * parameter stays infinite.
 */
public final class AdamRule extends OptimizerRule {

    /**
     * Steps whose powers are computed together: StrictMath allocates until C2 has compiled it, and a step must not
     * allocate.
     */
    private static final int STEPS = 256;

    private final double[] powers1 = new double[STEPS];
    private final double[] powers2 = new double[STEPS];
    private long firstStep = -1;

    private final double beta1;
    private final double beta2;
    private final double eps;
    private final double weightDecay;
    private final boolean decoupled;

    /**
     * Creates a rule.
     *
     * @param beta1 the fraction of the mean of gradients that is kept, in [0, 1)
     * @param beta2 the fraction of the mean of squares that is kept, in [0, 1)
     * @param eps the number to add to the root, above 0
     * @param weightDecay the decay of weights, at least 0
     * @param decoupled true if weights decay apart from the gradient (AdamW); false if decay is part of the gradient
     * @param amsgrad true to take the root of the largest mean of squares
     * @throws IllegalArgumentException if a number is out of range
     */
    public AdamRule(double beta1, double beta2, double eps, double weightDecay, boolean decoupled, boolean amsgrad) {
        super("""
                param decay = 0, shrink = 1, toFirst = 1, keepSecond = 1, toSecond = 1, rate = 1, epsilon = 1
                state parameter, exp_avg, exp_avg_sq%s
                input g
                gradient = g + (decay > 0 ? parameter : 0) * decay
                exp_avg = exp_avg + (gradient - exp_avg) * toFirst
                exp_avg_sq = exp_avg_sq * keepSecond + gradient * gradient * toSecond
                %s
                parameter = parameter * shrink - rate * exp_avg / (sqrt(%s) + epsilon)
                spike 0 > 1
                """.formatted(
                        amsgrad ? ", max_exp_avg_sq" : "",
                        amsgrad ? "max_exp_avg_sq = max(max_exp_avg_sq, exp_avg_sq)" : "",
                        amsgrad ? "max_exp_avg_sq" : "exp_avg_sq"));
        requireShare("beta1", beta1);
        requireShare("beta2", beta2);
        double first = eps * Math.sqrt(1 - beta2); // the divisor if all gradients are 0
        Checks.require(
                (float) first > 0 && Double.isFinite(eps),
                "epsilon",
                eps,
                "a finite number above 0 in float32, also times sqrt(1 - beta2) in the first step");
        Checks.finiteFromZero("weightDecay", weightDecay);
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.eps = eps;
        this.weightDecay = weightDecay;
        this.decoupled = decoupled;
        set("decay", decoupled ? 0 : weightDecay);
        set("toFirst", 1 - beta1);
        set("keepSecond", beta2);
        set("toSecond", 1 - beta2);
        begin(1, 0);
    }

    private static void requireShare(String name, double value) {
        Checks.require(value >= 0 && value < 1, name, value, "a number in [0, 1)");
    }

    @Override
    public void begin(long step, double learningRate) {
        int place = (int) (step % STEPS);
        if (firstStep != step - place) {
            firstStep = step - place;
            for (int i = 0; i < STEPS; i++) {
                powers1[i] = StrictMath.pow(beta1, (double) (firstStep + i));
                powers2[i] = StrictMath.pow(beta2, (double) (firstStep + i));
            }
        }
        double c1 = 1 - powers1[place];
        double root = Math.sqrt(1 - powers2[place]);
        set("rate", learningRate * root / c1);
        set("epsilon", eps * root);
        set("shrink", decoupled ? 1 - learningRate * weightDecay : 1);
    }
}

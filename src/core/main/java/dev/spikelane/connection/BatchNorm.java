package dev.spikelane.connection;

import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Checks;

/**
 * Normalizes each channel, as {@code torch.nn.BatchNorm1d} does for a row of neurons, each of which is a channel, and
 * {@code BatchNorm2d} for maps: {@code weight * (x - mean) / sqrt(variance + epsilon) + bias}. It follows another
 * connection, such as {@link Dense}, in the path of a projection.
 *
 * <p>Simulations and evaluations use the running mean and variance, which are values of the network. In training, each
 * time step is normalized by the mean and variance of its own batch. A {@code Trainer} then updates the running values,
 * step after step, by {@code running = (1 - momentum) * running + momentum * batch}, where the variance is divided by
 * one less than the number of values. So another division of a batch into shards gives other numbers, as in torch. A
 * batch of one sample and one position has no variance: it is normalized to 0 and leaves the running values unchanged;
 * torch refuses it.
 *
 * <p>Through time ({@link #tt}), as in {@code snntorch.BatchNormTT1d} and {@code BatchNormTT2d}, each step since the
 * last reset has its own weights and running values, and no bias. Simulations and trainers of more steps are refused.
 *
 * <p>With a gain ({@link #td}), this is the threshold-dependent batch norm (tdBN; Zheng and others, 2021): in training,
 * all steps of a window are normalized by the mean and variance of all their rows, and running values move once per
 * window; weights start at {@code alpha * threshold} in place of 1. As the first step needs the last one, training
 * refuses it with {@code recomputeEvery}, and in a loop that reaches it within a window; simulations, which use running
 * values, run it anywhere.
 *
 * @param channels neurons of a row, or maps; at least 1
 * @param epsilon a number that is added to variances, above 0
 * @param momentum the share of a new value in running values, from 0 to 1
 * @param affine true for a learned weight and bias of each channel
 * @param steps number of steps with separate values; 0 if all steps share them
 * @param gain initial weights if all steps are normalized together; 0 if each step is normalized alone
 */
public record BatchNorm(int channels, double epsilon, double momentum, boolean affine, int steps, double gain)
        implements Connection {

    /**
     * Creates a connection.
     *
     * @throws IllegalArgumentException if a number is out of its range, here and in all methods
     */
    public BatchNorm {
        Checks.atLeast(1, "channels", channels);
        Checks.finiteAboveZero("epsilon", epsilon);
        Checks.share("momentum", momentum);
        Checks.atLeast(0, "steps", steps);
        Checks.require(
                gain >= 0 && gain <= Float.MAX_VALUE && (gain == 0 || steps == 0),
                "gain",
                gain,
                "0 or, where steps have no values of their own, more");
    }

    /**
     * Creates a connection with torch's options: an epsilon of 1e-5, a momentum of 0.1, weights and biases.
     *
     * @param channels neurons of a row, or maps; at least 1
     * @return the connection
     * @throws IllegalArgumentException if there is no channel
     */
    public static BatchNorm of(int channels) {
        return new BatchNorm(channels, 1e-5, 0.1, true, 0, 0);
    }

    /**
     * Creates a connection with separate values for each step, and snnTorch's options: an epsilon of 1e-5, a momentum
     * of 0.1, weights.
     *
     * @param channels neurons of a row, or maps; at least 1
     * @param steps how many steps, at least 1
     * @return the connection
     * @throws IllegalArgumentException if there is no channel or no step
     */
    public static BatchNorm tt(int channels, int steps) {
        return new BatchNorm(channels, 1e-5, 0.1, true, Checks.atLeast(1, "steps", steps), 0);
    }

    /**
     * Creates a threshold-dependent batch norm, which in training normalizes all steps together.
     *
     * @param channels neurons of a row, or maps; at least 1
     * @param alpha a factor above 0: 1, or {@code 1 / sqrt(n)} if n such norms are added
     * @param threshold of the neurons after it, above 0
     * @return the connection, with an epsilon of 1e-5, a momentum of 0.1, weights and biases
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static BatchNorm td(int channels, double alpha, double threshold) {
        Checks.finiteAboveZero("alpha", alpha);
        Checks.finiteAboveZero("threshold", threshold);
        return new BatchNorm(channels, 1e-5, 0.1, true, 0, alpha * threshold);
    }

    /**
     * Returns the same with another epsilon.
     *
     * @param added a number that is added to variances, above 0
     * @return a connection
     * @throws IllegalArgumentException if it is not above 0
     */
    public BatchNorm withEpsilon(double added) {
        return new BatchNorm(channels, added, momentum, affine, steps, gain);
    }

    /**
     * Returns the same with another momentum.
     *
     * @param share of a new value, from 0 to 1
     * @return a connection
     * @throws IllegalArgumentException if it is out of this range
     */
    public BatchNorm withMomentum(double share) {
        return new BatchNorm(channels, epsilon, share, affine, steps, gain);
    }

    /** {@return this connection without weights and biases} */
    public BatchNorm withoutAffine() {
        return new BatchNorm(channels, epsilon, momentum, false, steps, gain);
    }

    @Override
    public Shape outputShape(Shape input) {
        if (input.channels() != channels) {
            throw new IllegalArgumentException(
                    this + " has a source of " + input.channels() + " channels, expected " + channels);
        }
        return input;
    }

    @Override
    public String toString() {
        return "batch norm " + channels + (steps == 0 ? "" : " of " + steps + " steps")
                + (gain == 0 ? "" : " over time");
    }
}

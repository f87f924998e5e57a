package dev.spikelane.kernel.step;

/**
 * The formulas of {@link SurrogateStep}, with x the membrane minus the threshold, g the gradient of the spike, a and b
 * parameters.
 */
public enum SurrogateShape {
    /** {@code (a / 2) / (1 + (pi / 2 * a * x)^2) * g}. */
    ATAN,
    /** {@code g / (a * |x| + 1)^2}. */
    FAST_SIGMOID,
    /** {@code g * a * e / (e + 1)^2}, {@code e = exp(-|a * x|)}. */
    SIGMOID,
    /** {@code g}. */
    STRAIGHT_THROUGH,
    /** {@code x >= 0 ? -(g * a) : g * a}. */
    TRIANGULAR,
    /** {@code x > 0 ? g : g * 0}. */
    HEAVISIDE,
    /** {@code g * b * exp(-a * |x - 1|)}. */
    SPIKE_RATE_ESCAPE,
    /** {@code x > 0 ? g : g * ((u - 0.5 + a) * b)}, u uniform in [0, 1). */
    STOCHASTIC_SPIKE_OPERATOR,
    /** {@code x > 0 ? g : a * g}. */
    LEAKY_SPIKE_OPERATOR,
    /** {@code x > b ? g / (a * |x| + 1)^2 : 0}. */
    SPARSE_FAST_SIGMOID
}

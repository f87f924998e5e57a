package dev.spikelane.kernel.step;

/**
 * Formulas of {@link SurrogateStep}, with x the membrane minus the threshold, g the gradient of the spike, a and b
 * parameters.
 */
public enum SurrogateShape {
    /** {@code (a / 2) / (1 + (pi / 2 * a * x)^2) * g}. */
    ATAN("1 / (1 + (a * x)^2) * b * g"),
    /** {@code g / (a * |x| + 1)^2}. */
    FAST_SIGMOID("g / (a * abs(x) + 1)^2"),
    /** {@code g * a * e / (e + 1)^2}, {@code e = exp(-|a * x|)}. */
    SIGMOID("g * a * exp(-abs(a * x)) / (exp(-abs(a * x)) + 1)^2"),
    /** {@code g}. */
    STRAIGHT_THROUGH("g"),
    /** {@code x >= 0 ? -(g * a) : g * a}. */
    TRIANGULAR("x >= 0 ? -(g * a) : g * a"),
    /** {@code x > 0 ? g : g * 0}. */
    HEAVISIDE("g * (x > 0)"),
    /** {@code g * b * exp(-a * |x - 1|)}. */
    SPIKE_RATE_ESCAPE("g * b * exp(-(a * abs(x - 1)))"),
    /** {@code x > 0 ? g : g * ((u - 0.5 + a) * b)}, u uniform in [0, 1). */
    STOCHASTIC_SPIKE_OPERATOR(""),
    /** {@code x > 0 ? g : a * g}. */
    LEAKY_SPIKE_OPERATOR("x > 0 ? g : a * g"),
    /** {@code x > b ? g / (a * |x| + 1)^2 : 0}. */
    SPARSE_FAST_SIGMOID("g / (a * abs(x) + 1)^2 * (x > b)"),
    /** {@code g * b * exp(-(a * x)^2)}. */
    GAUSSIAN("g * b * exp(-((a * x)^2))"),
    /** {@code |x| < a ? g * b : 0}. */
    BOXCAR("g * b * (abs(x) < a)"),
    /** {@code a * |x| < 1 ? g * b * (1 - a * |x|) : 0}. */
    TENT("a * abs(x) < 1 ? g * b * (1 - a * abs(x)) : 0");

    /** Text of the formula; empty if numbers are drawn. */
    final String formula;

    SurrogateShape(String formula) {
        this.formula = formula;
    }
}

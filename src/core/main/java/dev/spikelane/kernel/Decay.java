package dev.spikelane.kernel;

/**
 * How a membrane U decays, with a leak of its own meaning, and takes its input I; each form in float32, in the order
 * written.
 */
public enum Decay {
    /** {@code U = leak * U + I}; the leak is the share of the membrane that is left after a step. */
    MULTIPLY,
    /** {@code U = leak * U + (1 - leak) * I}: a constant input is the membrane's limit. */
    MULTIPLY_WEIGHTED,
    /**
     * {@code U = U + leak * ((rest - U) + I)}: a step of Euler's method; the leak is the step over the time constant.
     */
    EULER,
    /** {@code U = U + (I - (U - rest)) / leak}: the leak is the time constant in steps. */
    DIVIDE,
    /** {@code U = I}: nothing of the membrane is left, also of an infinite one. The leak is not read. */
    NONE
}

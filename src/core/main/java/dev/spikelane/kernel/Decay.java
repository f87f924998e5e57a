package dev.spikelane.kernel;

/**
 * Ways in which a membrane U decays and takes its input I. The leak has a different meaning in each; all are computed
 * in float32, in the order written.
 */
public enum Decay {
    /** {@code U = leak * U + I}; the leak is the fraction of the membrane that remains after a step. */
    MULTIPLY,
    /** {@code U = leak * U + (1 - leak) * I}: a constant input is the membrane's limit. */
    MULTIPLY_WEIGHTED,
    /**
     * {@code U = U + leak * ((rest - U) + I)}: a step of Euler's method; the leak is the step over the time constant.
     */
    EULER,
    /** {@code U = U + (I - (U - rest)) / leak}: the leak is the time constant in steps. */
    DIVIDE,
    /** {@code U = I}: nothing of the membrane remains, even if it is infinite. The leak is not read. */
    NONE
}

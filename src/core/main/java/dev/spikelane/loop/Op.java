package dev.spikelane.loop;

/**
 * What a {@link Node} does. Numbers are float32, rounded after every operation; conditions are true or false. All NaNs
 * are equal.
 */
public enum Op {
    /** A number, {@link Node#value}: rounded once to float32 where it is used as such. */
    CONSTANT(0),
    /** A parameter by its {@link Node#name}: one value for all neurons, or one for each. */
    PARAMETER(0),
    /** A variable by its name, before the step; it is carried from step to step. */
    STATE(0),
    /** A row that there is for each step, by its name: an input, noise. {@link Node#shift} says which step. */
    STEP(0),
    ADD(2, "+"),
    SUB(2, "-"),
    MUL(2, "*"),
    DIV(2, "/"),
    /** {@code a * b + c}, rounded once. */
    FMA(3),
    NEG(1),
    ABS(1),
    SQRT(1),
    /** {@link dev.spikelane.simd.Exponential#any}. */
    EXP(1),
    /** {@code e^x - 1} by {@link dev.spikelane.simd.Exponential#anyMinusOne}. */
    EXPM1(1),
    /** {@link dev.spikelane.simd.Logarithm#ofNormal}. */
    LOG(1),
    /** {@link dev.spikelane.simd.Sigmoid#of}. */
    SIGMOID(1),
    /** {@link dev.spikelane.simd.Sigmoid#tanh}. */
    TANH(1),
    /**
     * 2 to the integer n that stands in the low bits of {@code n + 1.5 * 2^23}; infinity for n = 128. Lowered graphs
     * alone have it.
     */
    POWER2(1),
    /** The exponent field of a number that is not negative, minus 127, as a number. Lowered graphs alone have it. */
    EXPONENT(1),
    /** {@code a / 2^b} for an integer b, by its exponent field. Lowered graphs alone have it. */
    SCALE(2),
    GT(2, ">"),
    GE(2, ">="),
    LT(2, "<"),
    LE(2, "<="),
    AND(2, "&"),
    OR(2, "|"),
    /** A variable that is kept as bits, by its name, before the step: whether it is 1. */
    FLAG(0),
    NOT(1),
    /** The second if the first, a condition, holds; else the third. */
    SELECT(3),
    /**
     * 1 if a condition holds, else 0, as the condition in arithmetic would be; but it has a gradient, the surrogate's.
     * Condition, distance to the threshold.
     */
    SPIKE(2);

    private final int arguments;
    private final String sign;

    Op(int arguments) {
        this(arguments, "");
    }

    Op(int arguments, String sign) {
        this.arguments = arguments;
        this.sign = sign;
    }

    /** The sign between two nodes that C has for it; else empty. */
    public String sign() {
        return sign;
    }

    /** How many nodes it takes. */
    public int arguments() {
        return arguments;
    }

    /** Whether its value is true or false, not a number. */
    public boolean isCondition() {
        return compareTo(GT) >= 0 && compareTo(NOT) <= 0;
    }

    /** Whether it takes no nodes. */
    public boolean isLeaf() {
        return arguments == 0;
    }
}

package dev.spikelane.loop;

/**
 * The operation of a {@link Node}. Numbers are float32, rounded after every operation; conditions are true or false.
 * All NaNs are equal.
 */
public enum Op {
    /** A number, {@link Node#value}, rounded once to float32 for use in float32. */
    CONSTANT(0),
    /** A parameter by its {@link Node#name}: one value for all neurons, or one for each. */
    PARAMETER(0),
    /** A variable by its name, before the step; programs carry it from step to step. */
    STATE(0),
    /** A row of a step, such as an input or a noise, by its name; {@link Node#shift} is the step. */
    STEP(0),
    ADD(2, "+"),
    SUB(2, "-"),
    MUL(2, "*"),
    DIV(2, "/"),
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
     * 2 to the integer n, which is in the low bits of {@code n + 1.5 * 2^23}; infinity for n = 128. Only lowered graphs
     * have it.
     */
    POWER2(1),
    /** The exponent field of a number that is not negative, minus 127, as a number. Only lowered graphs have it. */
    EXPONENT(1),
    /** {@code a / 2^b} for an integer b, computed on the exponent field. Only lowered graphs have it. */
    SCALE(2),
    GT(2, ">"),
    GE(2, ">="),
    LT(2, "<"),
    LE(2, "<="),
    AND(2, "&"),
    OR(2, "|"),
    /** True if a variable kept as bits is 1 before the step, by its name. */
    FLAG(0),
    NOT(1),
    /** The second argument if the first, a condition, is true; else the third. */
    SELECT(3),
    /**
     * 1 if the first argument, a condition, is true, else 0. Unlike a condition it has a gradient: the surrogate of the
     * second argument, the distance to the threshold.
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

    public String sign() {
        return sign;
    }

    public int arguments() {
        return arguments;
    }

    public boolean isCondition() {
        return compareTo(GT) >= 0 && compareTo(NOT) <= 0;
    }

    public boolean isLeaf() {
        return arguments == 0;
    }
}

package dev.spikelane.simd;

/** The logistic function and the hyperbolic tangent, in float32, within some units in the last place. */
public final class Sigmoid {

    /**
     * Below it, {@code tanh x} is a polynomial, as in Cephes (S. Moshier), because the quotient of exponentials would
     * cancel.
     */
    public static final float TANH_NEAR = 0.625f;

    public static final float TANH_11 = -5.7049887e-3f;
    public static final float TANH_9 = 2.0639088e-2f;
    public static final float TANH_7 = -5.3739715e-2f;
    public static final float TANH_5 = 1.3331442e-1f;
    public static final float TANH_3 = -3.333328e-1f;

    private Sigmoid() {}

    public static float of(float x) {
        float e = Exponential.scalar(-Math.abs(x));
        return (x >= 0 ? 1 : e) / (1 + e);
    }

    public static float tanh(float x) {
        float magnitude = Math.abs(x);
        float e = Exponential.scalar(-2 * magnitude);
        float far = (1 - e) / (1 + e);
        float square = x * x;
        float p = TANH_11;
        p = p * square + TANH_9;
        p = p * square + TANH_7;
        p = p * square + TANH_5;
        p = p * square + TANH_3;
        float near = p * square * x + x;
        return magnitude < TANH_NEAR ? near : Math.copySign(far, x);
    }
}

package dev.spikelane.simd;

/**
 * The exponential function in float32, without fused operations, within 2 units in the last place.
 *
 * <p>{@code e^x = 2^n e^r} with n the nearest integer to {@code x / ln 2}. The polynomial for r is from {@code expf} in
 * Cephes (S. Moshier). Below {@value #LEAST}, where the result would leave the normal numbers, it is 0.
 */
public final class Exponential {

    public static final float LEAST = -87;

    /** From here on {@link #any} is infinite; it is from 127.5 ln 2 = 88.376 on. */
    public static final float MOST = 89;

    /** Above it, {@link #anyMinusOne} equals {@link #any}. */
    public static final float MOST_MINUS_ONE = 80;

    public static final float LOG2_E = 1.442695f;

    /** ln 2 as the sum of a number with few bits, whose products with n are exact, and the rest. */
    public static final float LN2_HIGH = 6.933594e-1f;

    public static final float LN2_LOW = -2.1219444e-4f;

    /** 1.5 * 2^23: adding it leaves the nearest integer in the low bits. */
    public static final float ROUND = 12_582_912;

    /** Added to those bits, it makes them an exponent. */
    public static final int EXPONENT = 127 - Float.floatToRawIntBits(ROUND);

    public static final int MANTISSA_BITS = 23;

    public static final float TERM_7 = 1.9875691e-4f;
    public static final float TERM_6 = 1.3981999e-3f;
    public static final float TERM_5 = 8.333452e-3f;
    public static final float TERM_4 = 4.1665796e-2f;
    public static final float TERM_3 = 1.6666666e-1f;
    public static final float TERM_2 = 0.5f;

    private Exponential() {}

    /** The specification, for {@code x} that is 0 or less, or NaN. */
    public static float scalar(float x) {
        if (x < LEAST) {
            return 0;
        }
        float rounded = x * LOG2_E + ROUND;
        return (rest(x, rounded) + 1) * power(rounded);
    }

    /** Computes {@code e^x} for any number; infinite from 88.376 on, where the nearest power of 2 is. */
    public static float any(float x) {
        return scalar(x > MOST ? MOST : x);
    }

    /** Computes {@code e^x - 1} for any number, without cancellation near 0. */
    public static float anyMinusOne(float x) {
        if (x < LEAST) {
            return -1;
        }
        if (x > MOST_MINUS_ONE) {
            return any(x);
        }
        float rounded = x * LOG2_E + ROUND;
        float power = power(rounded);
        return rest(x, rounded) * power + (power - 1);
    }

    /** Computes {@code e^r - 1}, where r is x minus {@code n ln 2}. */
    private static float rest(float x, float rounded) {
        float n = rounded - ROUND;
        float r = x - n * LN2_HIGH - n * LN2_LOW;
        float p = TERM_7;
        p = p * r + TERM_6;
        p = p * r + TERM_5;
        p = p * r + TERM_4;
        p = p * r + TERM_3;
        p = p * r + TERM_2;
        return p * (r * r) + r;
    }

    private static float power(float rounded) {
        return Float.intBitsToFloat((Float.floatToRawIntBits(rounded) + EXPONENT) << MANTISSA_BITS);
    }
}

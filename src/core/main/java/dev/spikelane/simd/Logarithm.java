package dev.spikelane.simd;

/**
 * The natural logarithm of float32 numbers, to the bit as torch computes it on a CPU with fused multiply-add.
 *
 * <p>{@code x = m * 2^e} with m in [0.75, 1.5) and {@code log x = e log 2 + 2 artanh((m - 1) / (m + 1))}. The quotient
 * and the sums are carried as pairs of floats, a value and its rounding error, so that the result is within 1 unit in
 * the last place. The reduction and the polynomial are those of Sleef's {@code logf} of that accuracy (N. Shibata, F.
 * Petrogalli, "SLEEF: A Portable Vectorized Library of C Standard Mathematical Functions", IEEE TPDS 2020), which torch
 * calls: the interval of m and the coefficients are taken from there, as other ones would change last bits; the code is
 * not. Equality was tried for all normal numbers above 0 (torch 2.6.0, vectors of 256 and 512 bits, 2026-11). Where m -
 * 1 is exact, and where the larger of two summands is known, the terms that are always zero are left out; the bits are
 * the same.
 */
public final class Logarithm {

    /** Rounds the exponent so that m is in [0.75, 1.5). */
    public static final float EXPONENT_SCALE = 1 / 0.75f;

    public static final int MANTISSA_BITS = 23;
    public static final int EXPONENT_BIAS = 127;

    /** log 2 as the sum of two floats. */
    public static final float LOG_2 = 0.6931472f;

    public static final float LOG_2_REST = -1.9046542e-9f;

    /** Coefficients of q^7, q^5 and q^3 in 2 artanh q. */
    public static final float TERM_7 = 0.3027295f;

    public static final float TERM_5 = 0.39961082f;
    public static final float TERM_3 = 0.6666695f;

    private Logarithm() {}

    /**
     * Computes a logarithm.
     *
     * @param x any number
     * @return its natural logarithm: minus infinity for 0, NaN below it. Numbers too small for the normal format are
     *     rounded from double
     */
    public static float log(float x) {
        return x >= Float.MIN_NORMAL ? of(x) : (float) StrictMath.log(x);
    }

    /** The same, but that numbers too small for the normal format count as 0. */
    public static float ofNormal(float x) {
        if (x >= Float.MIN_NORMAL) {
            return of(x);
        }
        return x >= 0 ? Float.NEGATIVE_INFINITY : Float.NaN;
    }

    /** The specification; {@code x} is normal and above 0, maybe infinite. */
    public static float of(float x) {
        if (x == Float.POSITIVE_INFINITY) {
            return x;
        }
        int e = (Float.floatToRawIntBits(x * EXPONENT_SCALE) >>> MANTISSA_BITS) - EXPONENT_BIAS;
        float m = Float.intBitsToFloat(Float.floatToRawIntBits(x) - (e << MANTISSA_BITS));
        float exponent = LOG_2 * e;
        float exponentRest = FusedMultiplyAdd.of(LOG_2_REST, e, FusedMultiplyAdd.of(LOG_2, e, -exponent));
        float top = m - 1;
        float bottom = m + 1;
        float bottomRest = m - (bottom - 1);
        float inverse = 1 / bottom;
        float q = top * inverse;
        float inverseRest = FusedMultiplyAdd.of(-bottomRest, inverse, FusedMultiplyAdd.of(-bottom, inverse, 1));
        float qRest = FusedMultiplyAdd.of(q, inverseRest, FusedMultiplyAdd.of(inverse, top, -q));
        float q2 = q * q;
        float series = FusedMultiplyAdd.of(FusedMultiplyAdd.of(TERM_7, q2, TERM_5), q2, TERM_3);
        float sum = exponent + 2 * q;
        float rest = exponent - sum + 2 * q + exponentRest + 2 * qRest;
        float tail = q2 * q * series;
        float result = sum + tail;
        return result + (sum - result + tail + rest);
    }
}

package dev.spikelane.simd;

/**
 * The natural logarithm of float32 numbers, with the bits that torch gives on a CPU with fused multiply-add.
 *
 * <p>{@code x = m * 2^e} with m in [0.75, 1.5) and {@code log x = e log 2 + 2 artanh((m - 1) / (m + 1))}. The quotient
 * and the sums are pairs of floats, a value and its rounding error, so that the result is within 1 unit in the last
 * place.
 *
 * <p>The reduction and the polynomial are from Sleef's {@code logf} with this accuracy (N. Shibata, F. Petrogalli,
 * "SLEEF: A Portable Vectorized Library of C Standard Mathematical Functions", IEEE TPDS 2020), which torch calls. The
 * interval of m and the coefficients are the same, because others would change last bits; the code is not. All normal
 * numbers above 0 gave the same bits (torch 2.6.0, vectors of 256 and 512 bits, 2026-11). Terms that are always zero
 * are left out: where m - 1 is exact, and where the larger of two summands is known.
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
     * Computes a logarithm: minus infinity for 0, NaN below 0. Numbers below the normal range are rounded from double.
     */
    public static float log(float x) {
        return x >= Float.MIN_NORMAL ? of(x) : (float) StrictMath.log(x);
    }

    /** Computes a logarithm; numbers below the normal range count as 0. */
    public static float ofNormal(float x) {
        if (x >= Float.MIN_NORMAL) {
            return of(x);
        }
        return x >= 0 ? Float.NEGATIVE_INFINITY : Float.NaN;
    }

    /** The specification, for a normal number above 0 or infinity. */
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

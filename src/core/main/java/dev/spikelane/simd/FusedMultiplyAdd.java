package dev.spikelane.simd;

/**
 * {@code a * b + c} in float32 or float64, rounded once. Without such an instruction, {@link Math#fma} uses
 * {@code BigDecimal}, which takes some 500 ns and makes garbage. Doubles take 9 ns.
 */
public final class FusedMultiplyAdd {

    private static final double LARGEST = 0x1p900;

    private FusedMultiplyAdd() {}

    public static float of(float a, float b, float c) {
        return SimdWidth.FUSED ? Math.fma(a, b, c) : byDoubles(a, b, c);
    }

    /**
     * Computes by doubles. The product of two float32 is exact in float64. Its sum with c is rounded to odd: if
     * inexact, to the neighbor with an odd last bit. That keeps the bit that the second rounding, to float32, needs (S.
     * Boldo, G. Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd",
     * 2008).
     */
    public static float byDoubles(float a, float b, float c) {
        double product = (double) a * b;
        double sum = product + c;
        double added = sum - product;
        double error = (product - (sum - added)) + (c - added);
        return (float) toOdd(sum, error);
    }

    /** Computes in float64; not for products so small that their rounding error is lost. */
    public static double of(double a, double b, double c) {
        return SimdWidth.FUSED ? Math.fma(a, b, c) : bySums(a, b, c);
    }

    /**
     * Computes by pairs, with the algorithm of the same paper: the product and the sums are pairs, and the rest is
     * rounded to odd. Java computes numbers so large that a half could overflow.
     */
    public static double bySums(double a, double b, double c) {
        double product = a * b;
        if (Math.abs(a) + Math.abs(b) + Math.abs(c) + Math.abs(product) > LARGEST) {
            return Math.fma(a, b, c);
        }
        double aHigh = highHalf(a);
        double bHigh = highHalf(b);
        double aLow = a - aHigh;
        double bLow = b - bHigh;
        double productRest = aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
        double small = c + productRest;
        double smallRest = restOfSum(c, productRest, small);
        double sum = product + small;
        double sumRest = restOfSum(product, small, sum);
        double rest = sumRest + smallRest;
        return sum + toOdd(rest, restOfSum(sumRest, smallRest, rest));
    }

    private static double highHalf(double value) {
        double scaled = value * 0x8000001p0;
        return scaled - (scaled - value);
    }

    private static double restOfSum(double a, double b, double sum) {
        double added = sum - a;
        return (a - (sum - added)) + (b - added);
    }

    private static double toOdd(double sum, double error) {
        long bits = Double.doubleToRawLongBits(sum);
        boolean even = (bits & 1) == 0;
        if (even && error != 0 && Double.isFinite(sum)) {
            bits += error > 0 == sum > 0 ? 1 : -1;
        }
        return Double.longBitsToDouble(bits);
    }
}

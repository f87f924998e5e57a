package dev.spikelane.kernel;

/**
 * {@code a * b + c} in float32, rounded once.
 *
 * <p>{@link Math#fma} gives it everywhere, but where the CPU has no such instruction by {@code BigDecimal}: some 500 ns and
 * garbage, where doubles take 9 ns.
 */
final class FusedMultiplyAdd {

    private FusedMultiplyAdd() {}

    static float of(float a, float b, float c) {
        return Simd.FUSED ? Math.fma(a, b, c) : byDoubles(a, b, c);
    }

    /**
     * The product of two float32 is exact in float64. Its sum with c is rounded to odd: if it is inexact, to the one of its two
     * neighbours with an odd last bit. That keeps what the second rounding, to float32, needs to know (S. Boldo, G. Melquiond, "Emulation
     * of FMA and correctly rounded sums: proved algorithms using rounding to odd", 2008).
     */
    static float byDoubles(float a, float b, float c) {
        double product = (double) a * b;
        double sum = product + c;
        double added = sum - product;
        double error = (product - (sum - added)) + (c - added);
        long bits = Double.doubleToRawLongBits(sum);
        boolean even = (bits & 1) == 0;
        if (even && error != 0 && Double.isFinite(sum)) {
            bits += error > 0 == sum > 0 ? 1 : -1;
        }
        return (float) Double.longBitsToDouble(bits);
    }
}

package dev.spikelane.kernel;

import dev.spikelane.simd.SimdWidth;

/**
 * Which SIMD width the kernels use, chosen once when the first of them is used.
 *
 * <p>The system property {@value #PROPERTY} is {@code auto} (the widest that the CPU has, the default), {@code 512},
 * {@code 256}, {@code 128} (bits; an error where they cannot be had), {@code max-256}, {@code max-128} (no wider than
 * that) or {@code scalar}. Results do not depend on it.
 *
 * <p>A health check of a service is {@code Simd.bits() > 0}: without vectors, because of a missing flag, networks run
 * 17 to 240 times slower (CPUs with vectors of 512 bits).
 */
public final class Simd {

    /** Name of the system property that chooses the width. */
    public static final String PROPERTY = SimdWidth.PROPERTY;

    private Simd() {}

    /**
     * Returns the width of the vectors in use.
     *
     * @return bits: 512, 256 or 128; 0 for scalar code
     */
    public static int bits() {
        return SimdWidth.bits();
    }

    /**
     * Says which kernels serve and why, in one line.
     *
     * @return such as {@code 512-bit vectors (16 floats), the widest that this CPU has}
     */
    public static String describe() {
        return SimdWidth.describe();
    }
}

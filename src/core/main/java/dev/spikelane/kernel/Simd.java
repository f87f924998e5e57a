package dev.spikelane.kernel;

import dev.spikelane.simd.SimdWidth;

/**
 * The SIMD width of all kernels, chosen once at the first use of a kernel.
 *
 * <p>The system property {@value #PROPERTY} is {@code auto} (the widest that the CPU has, the default), {@code 512},
 * {@code 256}, {@code 128} (bits; an error if the CPU does not have them), {@code max-256}, {@code max-128} (at most as
 * wide) or {@code scalar}. Results do not depend on it.
 *
 * <p>A health check of a service is {@code Simd.bits() > 0}: without vectors, because of a missing flag, networks run
 * one to two orders of magnitude slower.
 */
public final class Simd {

    /** Name of the system property that selects the width. */
    public static final String PROPERTY = SimdWidth.PROPERTY;

    private Simd() {}

    /** {@return the bits of the vectors in use: 512, 256 or 128; 0 for scalar code} */
    public static int bits() {
        return SimdWidth.bits();
    }

    /**
     * {@return the width and the reason for it in one line, such as
     * {@code 512-bit vectors (16 floats), the widest that this CPU has}}
     */
    public static String describe() {
        return SimdWidth.describe();
    }
}

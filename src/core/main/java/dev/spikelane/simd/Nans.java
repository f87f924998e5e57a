package dev.spikelane.simd;

import java.nio.ByteBuffer;

/**
 * Gives NaNs one bit pattern. The pattern that an operation leaves depends on the CPU, the JIT and the order of
 * operands, so values that are compared or hashed as bytes use the bits of {@link Float#NaN}.
 */
final class Nans {

    private static final int NAN = Float.floatToIntBits(Float.NaN);
    private static final int INFINITY = Float.floatToIntBits(Float.POSITIVE_INFINITY);

    private Nans() {}

    /** Unifies the NaNs among little-endian floats, whatever the buffer's byte order; its position stays. */
    static void unify(ByteBuffer floats, int from, int end) {
        int greatest = 0;
        for (int at = from; at < end; at += Float.BYTES) {
            greatest = Math.max(greatest, RowBytes.little(floats.getInt(at), floats) & Integer.MAX_VALUE);
        }
        for (int at = from; at < end && greatest > INFINITY; at += Float.BYTES) {
            if ((RowBytes.little(floats.getInt(at), floats) & Integer.MAX_VALUE) > INFINITY) {
                floats.putInt(at, RowBytes.little(NAN, floats));
            }
        }
    }
}

package dev.spikelane.simd;

import java.nio.ByteBuffer;

/**
 * NaNs are one value. Which of its bit patterns an operation leaves depends on the CPU, the JIT and the order of
 * operands, so that values that are compared or hashed as bytes have the one of {@link Float#NaN}.
 */
final class Nans {

    private static final int NAN = Float.floatToIntBits(Float.NaN);
    private static final int INFINITY = Float.floatToIntBits(Float.POSITIVE_INFINITY);

    private Nans() {}

    /**
     * Gives all NaNs among little-endian floats one bit pattern, in a buffer of any order; its position stays.
     */
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

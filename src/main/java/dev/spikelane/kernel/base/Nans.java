package dev.spikelane.kernel.base;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * NaNs are one value. Which of its bit patterns an operation leaves depends on the CPU, the JIT and the order of operands, so that what is
 * compared or hashed as bytes has the one of {@link Float#NaN}.
 */
public final class Nans {

    private static final ValueLayout.OfInt BITS = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int NAN = Float.floatToIntBits(Float.NaN);
    private static final int INFINITY = Float.floatToIntBits(Float.POSITIVE_INFINITY);

    private Nans() {}

    /** Gives all NaNs among little-endian floats one bit pattern. */
    public static void unify(MemorySegment floats, long from, long end) {
        int greatest = 0;
        for (long at = from; at < end; at += Float.BYTES) {
            greatest = Math.max(greatest, floats.get(BITS, at) & Integer.MAX_VALUE);
        }
        for (long at = from; at < end && greatest > INFINITY; at += Float.BYTES) {
            if ((floats.get(BITS, at) & Integer.MAX_VALUE) > INFINITY) {
                floats.set(BITS, at, NAN);
            }
        }
    }
}

package dev.spikelane.kernel.product;

import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;

import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/** Finds NaN, infinities and -0 by the bits of floats, in whole vectors of some rows. */
public final class BitsVector {

    private static final int INFINITY = 0x7F80_0000;

    private BitsVector() {}

    /** Returns true if no value is NaN or infinite. */
    public static boolean areFinite(MemorySegment values, long from, long step, int rows, int bytes) {
        return greatest(values, from, step, rows, bytes) < INFINITY;
    }

    /** Returns true if a value is NaN. Without the sign, the bits of NaN are greater than the bits of infinity. */
    public static boolean haveNan(MemorySegment values, long from, long step, int rows, int bytes) {
        return greatest(values, from, step, rows, bytes) > INFINITY;
    }

    private static int greatest(MemorySegment values, long from, long step, int rows, int bytes) {
        Checks.isNative(values);
        IntVector greatest = IntVector.zero(INT);
        for (int row = 0; row < rows; row++) {
            long at = from + row * step;
            for (int lane = 0; lane < bytes; lane += BYTES) {
                IntVector bits = IntVector.fromMemorySegment(INT, values, at + lane, ORDER);
                greatest = greatest.max(bits.and(Integer.MAX_VALUE));
            }
        }
        return greatest.reduceLanes(MAX);
    }

    /** Returns true if a value is -0, whose bits are the least integer. */
    public static boolean haveMinusZero(MemorySegment values, long from, long step, int rows, int bytes) {
        Checks.isNative(values);
        IntVector least = IntVector.zero(INT);
        for (int row = 0; row < rows; row++) {
            long at = from + row * step;
            for (int lane = 0; lane < bytes; lane += BYTES) {
                least = least.min(IntVector.fromMemorySegment(INT, values, at + lane, ORDER));
            }
        }
        return least.reduceLanes(MIN) == Integer.MIN_VALUE;
    }
}

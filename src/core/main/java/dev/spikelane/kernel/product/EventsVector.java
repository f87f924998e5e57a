package dev.spikelane.kernel.product;

import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.I2F;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Loops over lists of synapses and over the sums of their weights. */
public final class EventsVector {

    private EventsVector() {}

    /** Copies integers, and reads and writes up to 15 more. {@code MemorySegment.copy} takes longer for short lists. */
    public static void copy(MemorySegment list, long at, int[] to, int place, int count) {
        for (int i = 0; i < count; i += COUNT) {
            IntVector.fromMemorySegment(INT, list, at + (long) i * Integer.BYTES, ORDER)
                    .intoArray(to, place + i);
        }
    }

    /**
     * Converts sums to floats, multiplies them by {@code quantum} and clears the sums. The first index and the end are
     * multiples of 64.
     */
    public static void take(int[] sums, int first, int end, float quantum, MemorySegment into) {
        IntVector zero = IntVector.zero(INT);
        for (int i = first; i < end; i += COUNT) {
            FloatVector floats = (FloatVector) IntVector.fromArray(INT, sums, i).convert(I2F, 0);
            floats.mul(quantum).intoMemorySegment(into, (long) i * Float.BYTES, ORDER);
            zero.intoArray(sums, i);
        }
    }
}

package dev.spikelane.simd;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.OtherLanes.DOUBLE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Vectors of doubles from floats in memory.
 *
 * <p>A vector of doubles needs half a vector of floats, which would have another class. After methods of
 * {@code FloatVector} have met two classes, C2 compiles both wherever it does not know the class, and boxes their
 * vectors: large loops of other kernels boxed after a batch norm (JDK 25). So a whole vector is loaded.
 */
public final class DoublesVector {

    private static final int HALF_BYTES = BYTES / 2;
    private static final VectorShuffle<Float> OTHER_HALF = VectorShuffle.iota(FLOAT, COUNT / 2, 1, true);

    private DoublesVector() {}

    /**
     * Returns the floats at a byte offset as a vector of doubles.
     *
     * @param from memory of at least one and a half vectors of floats, as any matrix has
     * @throws IndexOutOfBoundsException if the floats are not in the memory
     */
    public static DoubleVector load(MemorySegment from, long offset) {
        FloatVector values = offset <= from.byteSize() - BYTES
                ? FloatVector.fromMemorySegment(FLOAT, from, offset, ORDER)
                : FloatVector.fromMemorySegment(FLOAT, from, offset - HALF_BYTES, ORDER)
                        .rearrange(OTHER_HALF);
        return (DoubleVector) values.convertShape(VectorOperators.F2D, DOUBLE, 0);
    }
}

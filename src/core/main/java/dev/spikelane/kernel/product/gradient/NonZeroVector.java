package dev.spikelane.kernel.product.gradient;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SpikeLanesVector;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Finds the nonzero numbers of a matrix. */
final class NonZeroVector {

    private NonZeroVector() {}

    /** Sets the bits of nonzero numbers, and clears the others. */
    static void set(FloatMatrix matrix, SpikeMatrix bits) {
        MemorySegment from = matrix.segment();
        MemorySegment to = bits.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        int vectors = matrix.stride() / COUNT;
        for (int row = 0; row < matrix.rows(); row++) {
            long at = matrix.rowOffset(row);
            long word = bits.rowOffset(row);
            for (int i = 0; i < vectors; i++) {
                FloatVector numbers = FloatVector.fromMemorySegment(FLOAT, from, at + (long) i * BYTES, ORDER);
                SpikeLanesVector.store(to, word, i, numbers.compare(NE, 0).toLong());
            }
        }
    }
}

package dev.spikelane.kernel.product;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.GE;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SpikeLanesVector;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link BitPlanes}. Padding is 0, so its bits are 0. */
final class BitPlanesVector {

    private BitPlanesVector() {}

    static void copy(FloatMatrix values, int row, int unit, int greatest, SpikeMatrix spikes, int to) {
        MemorySegment from = values.segment();
        MemorySegment out = spikes.segment();
        Checks.isNative(from);
        Checks.isNative(out);
        long fromRow = values.rowOffset(row);
        long outRow = spikes.rowOffset(to);
        int end = values.stride() / COUNT;
        for (int i = 0; i < end; i++) {
            FloatVector lanes = FloatVector.fromMemorySegment(FLOAT, from, fromRow + (long) i * BYTES, ORDER);
            long bits = 0;
            for (int number = unit; number <= greatest; number += unit) {
                bits ^= lanes.compare(GE, (float) number).toLong();
            }
            SpikeLanesVector.store(out, outRow, i, bits);
        }
    }
}

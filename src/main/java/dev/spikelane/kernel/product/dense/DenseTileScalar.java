package dev.spikelane.kernel.product.dense;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.spikelane.simd.FusedMultiplyAdd;
import dev.spikelane.simd.Lanes;
import java.lang.foreign.MemorySegment;

/** A tile in plain loops: its specification, and what serves where no class can be defined at run time. */
final class DenseTileScalar extends DenseTile {

    private final int lanes;

    /** Makes a tile of so many vectors, and any rows. */
    DenseTileScalar(int vectors) {
        this.lanes = vectors * Lanes.COUNT;
    }

    @Override
    void add(
            MemorySegment factors,
            long a,
            long rowOfA,
            long stepOfA,
            MemorySegment vectors,
            long b,
            long stepOfB,
            MemorySegment sums,
            long c,
            long rowOfC,
            int last,
            int depth) {
        for (int row = 0; row <= last; row++) {
            for (int lane = 0; lane < lanes; lane++) {
                long at = c + row * rowOfC + (long) lane * Float.BYTES;
                float sum = sums.get(JAVA_FLOAT, at);
                for (int k = 0; k < depth; k++) {
                    float factor = factors.get(JAVA_FLOAT_UNALIGNED, a + row * rowOfA + k * stepOfA);
                    float vector = vectors.get(JAVA_FLOAT, b + k * stepOfB + (long) lane * Float.BYTES);
                    sum = FusedMultiplyAdd.of(factor, vector, sum);
                }
                sums.set(JAVA_FLOAT, at, sum);
            }
        }
    }
}

package dev.spikelane.kernel.product.dense;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.base.FusedMultiplyAdd;
import dev.spikelane.kernel.base.Lanes;
import dev.spikelane.kernel.product.PackedWeights;
import java.lang.foreign.MemorySegment;

/**
 * What {@link DenseTileVector} does, in plain loops: its specification, and what serves where no class can be defined
 * at run time.
 */
final class DenseTileScalar extends DenseTile {

    @Override
    void add(
            MemorySegment a,
            long fromA,
            long stepA,
            int last,
            MemorySegment b,
            long fromB,
            int depth,
            MemorySegment c,
            long at0,
            long step) {
        for (int row = 0; row <= last; row++) {
            for (int lane = 0; lane < 4 * Lanes.COUNT; lane++) {
                long at = at0 + row * step + (long) lane * Float.BYTES;
                float sum = c.get(JAVA_FLOAT, at);
                for (int k = 0; k < depth; k++) {
                    float factor = a.get(JAVA_FLOAT, fromA + row * stepA + (long) k * Float.BYTES);
                    long from = fromB + (long) k * PackedWeights.BLOCK_BYTES + (long) lane * Float.BYTES;
                    sum = FusedMultiplyAdd.of(factor, b.get(JAVA_FLOAT, from), sum);
                }
                c.set(JAVA_FLOAT, at, sum);
            }
        }
    }
}

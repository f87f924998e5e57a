package dev.spikelane.kernel.product;

import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Lanes;
import dev.spikelane.simd.SpikeLanesVector;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The vector variant of {@link RowScale}. It writes whole blocks: in the padding, spikes and weights are 0. */
final class RowScaleVector {

    private static final FloatVector ZERO = FloatVector.zero(Lanes.FLOAT);

    private RowScaleVector() {}

    static void multiply(SpikeMatrix spikes, FloatMatrix weights, Tile into, int row) {
        MemorySegment fired = spikes.segment();
        MemorySegment factors = weights.segment();
        MemorySegment target = into.matrix().segment();
        Checks.isNative(fired);
        Checks.isNative(factors);
        Checks.isNative(target);
        long from = spikes.rowOffset(row);
        long to = into.offset(row, 0);
        int end = into.endBlock() * FloatMatrix.ROW_MULTIPLE / Lanes.COUNT;
        for (int i = into.firstColumn() / Lanes.COUNT; i < end; i++) {
            long at = (long) i * Lanes.BYTES;
            FloatVector weight = ZERO.blend(
                    FloatVector.fromMemorySegment(Lanes.FLOAT, factors, at, ORDER),
                    VectorMask.fromLong(Lanes.FLOAT, SpikeLanesVector.load(fired, from, i)));
            weight.intoMemorySegment(target, to + at, ORDER);
        }
    }
}

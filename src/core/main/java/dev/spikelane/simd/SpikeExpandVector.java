package dev.spikelane.simd;

import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The vector variant of {@link SpikeExpand}: the bits of a word blend zero and one. */
final class SpikeExpandVector {

    private SpikeExpandVector() {}

    static void row(SpikeMatrix spikes, int spikeRow, FloatMatrix values, int valueRow) {
        int words = spikes.stride();
        for (int word = 0; word < words; word++) {
            long bits = spikes.segment().get(JAVA_LONG, spikes.rowOffset(spikeRow) + (long) word * Long.BYTES);
            expand(bits, values.segment(), values.rowOffset(valueRow) + (long) word * Long.SIZE * Float.BYTES);
        }
    }

    private static void expand(long bits, MemorySegment to, long at) {
        FloatVector zero = FloatVector.zero(FLOAT);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        for (int lane = 0; lane < Long.SIZE; lane += COUNT) {
            zero.blend(one, VectorMask.fromLong(FLOAT, bits >>> lane))
                    .intoMemorySegment(to, at + (long) lane * Float.BYTES, ORDER);
        }
    }
}

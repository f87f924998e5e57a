package dev.spikelane.kernel.product;

import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The vector variant of {@link SpikeExpand}: the bits of a word are the masks of blends of zero and one. */
final class SpikeExpandVector {

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private SpikeExpandVector() {}

    static void row(SpikeMatrix spikes, int spikeRow, FloatMatrix values, int valueRow) {
        int words = spikes.stride();
        for (int word = 0; word < words; word++) {
            long bits = spikes.segment().get(WORD, spikes.rowOffset(spikeRow) + (long) word * Long.BYTES);
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

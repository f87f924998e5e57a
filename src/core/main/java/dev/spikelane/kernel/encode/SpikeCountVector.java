package dev.spikelane.kernel.encode;

import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The vector variant of {@link SpikeCount}: the bits of a word mask additions of one. */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class SpikeCountVector {

    private SpikeCountVector() {}

    static void add(SpikeMatrix spikes, int rows, FloatMatrix counts) {
        int batch = counts.rows();
        for (int row = 0, sample = 0; row < rows; row++, sample++) {
            if (sample == batch) {
                sample = 0;
            }
            addRow(
                    spikes.segment(),
                    spikes.rowOffset(row),
                    spikes.stride(),
                    counts.segment(),
                    counts.rowOffset(sample));
        }
    }

    private static void addRow(MemorySegment spikes, long spikeRow, int words, MemorySegment counts, long countRow) {
        Checks.isNative(spikes);
        Checks.isNative(counts);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        for (int word = 0; word < words; word++) {
            long bits = spikes.get(JAVA_LONG, spikeRow + (long) word * Long.BYTES);
            long at = countRow + (long) word * Long.SIZE * Float.BYTES;
            for (int lane = 0; bits != 0 && lane < Long.SIZE; lane += COUNT, at += COUNT * Float.BYTES) {
                VectorMask<Float> fired = VectorMask.fromLong(FLOAT, bits >>> lane);
                FloatVector.fromMemorySegment(FLOAT, counts, at, ORDER)
                        .lanewise(VectorOperators.ADD, one, fired)
                        .intoMemorySegment(counts, at, ORDER);
            }
        }
    }
}

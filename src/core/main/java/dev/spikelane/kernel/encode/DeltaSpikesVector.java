package dev.spikelane.kernel.encode;

import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LE;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Pads;
import dev.spikelane.simd.SpikeLanesVector;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The vector variant of {@link DeltaSpikes}. Where data are compared with zero, the bits of the data before them are
 * masked out.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class DeltaSpikesVector {

    private DeltaSpikesVector() {}

    static void row(
            FloatMatrix data, int row, int before, boolean fromZero, float sign, float threshold, SpikeMatrix spikes) {
        MemorySegment values = data.segment();
        MemorySegment out = spikes.segment();
        Checks.isNative(values);
        Checks.isNative(out);
        long nowRow = data.rowOffset(row);
        long beforeRow = data.rowOffset(before);
        long outRow = spikes.rowOffset(row);
        int kept = fromZero ? 0 : -1;
        int end = data.stride() / COUNT;
        for (int i = 0; i < end; i++) {
            long at = (long) i * BYTES;
            FloatVector difference = FloatVector.fromMemorySegment(FLOAT, values, nowRow + at, ORDER)
                    .sub((FloatVector) ((IntVector) FloatVector.fromMemorySegment(FLOAT, values, beforeRow + at, ORDER)
                                    .reinterpretShape(INT, 0))
                            .and(kept)
                            .reinterpretShape(FLOAT, 0));
            SpikeLanesVector.store(
                    out, outRow, i, difference.mul(sign).compare(GE, threshold).toLong());
        }
        // A threshold of 0 or less is reached in the padding too.
        int lastWord = spikes.stride() - 1;
        long last = outRow + (long) lastWord * Long.BYTES;
        out.set(JAVA_LONG, last, out.get(JAVA_LONG, last) & Pads.neuronsOfWord(spikes, lastWord));
    }

    static void signedRow(
            FloatMatrix data, int row, int before, boolean fromZero, float threshold, FloatMatrix spikes) {
        MemorySegment values = data.segment();
        MemorySegment out = spikes.segment();
        Checks.isNative(values);
        Checks.isNative(out);
        long nowRow = data.rowOffset(row);
        long beforeRow = data.rowOffset(before);
        int kept = fromZero ? 0 : -1;
        FloatVector zero = FloatVector.zero(FLOAT);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        for (int neuron = 0; neuron < data.columns(); neuron += COUNT) {
            long at = (long) neuron * Float.BYTES;
            FloatVector difference = FloatVector.fromMemorySegment(FLOAT, values, nowRow + at, ORDER)
                    .sub((FloatVector) ((IntVector) FloatVector.fromMemorySegment(FLOAT, values, beforeRow + at, ORDER)
                                    .reinterpretShape(INT, 0))
                            .and(kept)
                            .reinterpretShape(FLOAT, 0));
            FloatVector rises = zero.blend(one, difference.compare(GE, threshold));
            FloatVector falls = zero.blend(one, difference.compare(LE, -threshold));
            rises.sub(falls).intoMemorySegment(out, nowRow + at, ORDER);
        }
        Pads.clear(spikes, row);
    }
}

package dev.spikelane.kernel;

import static dev.spikelane.kernel.Simd.Lanes.COUNT;
import static dev.spikelane.kernel.Simd.Lanes.FLOAT;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The vector variant of {@link DropoutSpikes}. */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class DropoutSpikesVector {

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final FloatVector ZERO = FloatVector.zero(FLOAT);
    /** The first lane of a word's last vector. */
    private static final int LAST = Long.SIZE - COUNT;

    private static final int LANES_OF_WORD = Long.SIZE - 1;

    private DropoutSpikesVector() {}

    static void row(
            LeakyParameters parameters,
            float scale,
            FloatMatrix membrane,
            int sample,
            SpikeMatrix spikes,
            int row,
            int firstWord,
            int endWord) {
        MemorySegment thresholds = parameters.threshold.segment();
        MemorySegment membranes = membrane.segment();
        MemorySegment out = spikes.segment();
        Checks.isNative(thresholds);
        Checks.isNative(membranes);
        Checks.isNative(out);
        boolean strict = parameters.options.compare() == Compare.STRICT;
        long membraneRow = membrane.rowOffset(sample);
        long outRow = spikes.rowOffset(row);
        long bits = 0;
        for (int neuron = firstWord * Long.SIZE; neuron < endWord * Long.SIZE; neuron += COUNT) {
            long at = (long) neuron * Float.BYTES;
            long word = outRow + (long) (neuron / Long.SIZE) * Long.BYTES;
            VectorMask<Float> kept = VectorMask.fromLong(FLOAT, out.get(WORD, word) >>> neuron);
            FloatVector output = FloatVector.fromMemorySegment(FLOAT, membranes, membraneRow + at, ORDER)
                    .mul(ZERO.blend(scale, kept));
            FloatVector threshold = FloatVector.fromMemorySegment(FLOAT, thresholds, at, ORDER);
            bits |= output.compare(strict ? GT : GE, threshold).toLong() << neuron;
            if ((neuron & LANES_OF_WORD) == LAST) {
                out.set(WORD, word, bits);
                bits = 0;
            }
        }
    }
}

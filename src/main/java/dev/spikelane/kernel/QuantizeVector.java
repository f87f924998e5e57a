package dev.spikelane.kernel;

import static dev.spikelane.kernel.Simd.Lanes.COUNT;
import static dev.spikelane.kernel.Simd.Lanes.FLOAT;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The vector variant of {@link Quantize}: all levels in turn, for a vector of neurons. */
final class QuantizeVector {

    private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final FloatVector ZERO = FloatVector.zero(FLOAT);

    private QuantizeVector() {}

    static void row(FloatMatrix levels, FloatMatrix state, int row, int first, int end) {
        MemorySegment values = levels.segment();
        MemorySegment states = state.segment();
        Checks.isNative(values);
        Checks.isNative(states);
        int count = levels.columns();
        int neurons = Math.min(end, state.columns());
        for (int neuron = first; neuron < neurons; neuron += COUNT) {
            long at = state.rowOffset(row) + (long) neuron * Float.BYTES;
            FloatVector x = FloatVector.fromMemorySegment(FLOAT, states, at, ORDER);
            FloatVector nearest = FloatVector.broadcast(FLOAT, values.get(ELEMENT, 0));
            FloatVector least = nearest.sub(x).abs();
            for (int i = 1; i < count; i++) {
                FloatVector level = FloatVector.broadcast(FLOAT, values.get(ELEMENT, (long) i * Float.BYTES));
                FloatVector distance = level.sub(x).abs();
                VectorMask<Float> nearer = distance.compare(LT, least);
                least = least.blend(distance, nearer);
                nearest = nearest.blend(level, nearer);
            }
            ZERO.blend(nearest, FLOAT.indexInRange(neuron, neurons)).intoMemorySegment(states, at, ORDER);
        }
    }
}

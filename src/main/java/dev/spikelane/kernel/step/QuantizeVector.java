package dev.spikelane.kernel.step;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Pads;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The vector variant of {@link Quantize}: all levels in turn, for four vectors of neurons, whose chains of compare and
 * blend overlap. The pads behind a row are cleared one by one: masks for the last neurons pass the nodes that C2
 * inlines ({@code NodeCountInliningCutoff}), once a JVM has compared masks before (51 KB for 40 rows of 130 neurons at
 * 256 bits; Zen 5, 2026-11).
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class QuantizeVector {

    private QuantizeVector() {}

    static void row(FloatMatrix levels, FloatMatrix state, int row, int first, int end) {
        MemorySegment values = levels.segment();
        MemorySegment states = state.segment();
        Checks.isNative(values);
        Checks.isNative(states);
        int count = levels.columns();
        int neurons = Math.min(end, state.columns());
        for (int neuron = first; neuron < neurons; neuron += 4 * COUNT) {
            long at = state.rowOffset(row) + (long) neuron * Float.BYTES;
            FloatVector x0 = FloatVector.fromMemorySegment(FLOAT, states, at, ORDER);
            FloatVector x1 = FloatVector.fromMemorySegment(FLOAT, states, at + BYTES, ORDER);
            FloatVector x2 = FloatVector.fromMemorySegment(FLOAT, states, at + 2 * BYTES, ORDER);
            FloatVector x3 = FloatVector.fromMemorySegment(FLOAT, states, at + 3 * BYTES, ORDER);
            FloatVector nearest0 = FloatVector.broadcast(FLOAT, values.get(JAVA_FLOAT, 0));
            FloatVector nearest1 = nearest0;
            FloatVector nearest2 = nearest0;
            FloatVector nearest3 = nearest0;
            for (int i = 1; i < count; i++) {
                FloatVector level = FloatVector.broadcast(FLOAT, values.get(JAVA_FLOAT, (long) i * Float.BYTES));
                nearest0 = nearer(x0, nearest0, level);
                nearest1 = nearer(x1, nearest1, level);
                nearest2 = nearer(x2, nearest2, level);
                nearest3 = nearer(x3, nearest3, level);
            }
            nearest0.intoMemorySegment(states, at, ORDER);
            nearest1.intoMemorySegment(states, at + BYTES, ORDER);
            nearest2.intoMemorySegment(states, at + 2 * BYTES, ORDER);
            nearest3.intoMemorySegment(states, at + 3 * BYTES, ORDER);
        }
        if (neurons == state.columns()) {
            Pads.clear(state, row);
        }
    }

    /**
     * The level, where it is nearer than the nearest so far, whose distance is computed again: registers are dearer.
     */
    private static FloatVector nearer(FloatVector x, FloatVector nearest, FloatVector level) {
        return nearest.blend(
                level, level.sub(x).abs().compare(LT, nearest.sub(x).abs()));
    }
}

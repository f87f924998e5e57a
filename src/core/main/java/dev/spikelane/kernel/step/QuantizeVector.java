package dev.spikelane.kernel.step;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Pads;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The vector variant of {@link Quantize}: compares four vectors of neurons at a time with all levels, so that their
 * chains of compare and blend overlap. Pads are cleared one by one after a row: masks for the last neurons would exceed
 * the nodes that C2 inlines ({@code NodeCountInliningCutoff}), once a JVM has compared masks before (51 KB for 40 rows
 * of 130 neurons at 256 bits; Zen 5, 2026-11).
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
class QuantizeVector {

    static final QuantizeVector LOOPS = Unrolled.of(MethodHandles.lookup(), new QuantizeVector());

    private QuantizeVector() {}

    void row(FloatMatrix levels, FloatMatrix state, int row, int first, int end) {
        MemorySegment values = levels.segment();
        MemorySegment states = state.segment();
        Checks.isNative(values);
        Checks.isNative(states);
        int count = levels.columns();
        int neurons = Math.min(end, state.columns());
        for (int neuron = first; neuron < neurons; neuron += 4 * COUNT) {
            long at = state.rowOffset(row) + (long) neuron * Float.BYTES;
            FloatVector[] x = new FloatVector[4];
            FloatVector[] nearest = new FloatVector[4];
            for (int v = 0; v < 4; v = next(v)) {
                x[v] = FloatVector.fromMemorySegment(FLOAT, states, at + v * BYTES, ORDER);
                nearest[v] = FloatVector.broadcast(FLOAT, values.get(JAVA_FLOAT, 0));
            }
            for (int i = 1; i < count; i++) {
                FloatVector level = FloatVector.broadcast(FLOAT, values.get(JAVA_FLOAT, (long) i * Float.BYTES));
                for (int v = 0; v < 4; v = next(v)) { // recompute the nearest distance: registers are scarcer
                    nearest[v] = nearest[v].blend(
                            level,
                            level.sub(x[v])
                                    .abs()
                                    .compare(LT, nearest[v].sub(x[v]).abs()));
                }
            }
            for (int v = 0; v < 4; v = next(v)) {
                nearest[v].intoMemorySegment(states, at + v * BYTES, ORDER);
            }
        }
        if (neurons == state.columns()) {
            Pads.clear(state, row);
        }
    }
}

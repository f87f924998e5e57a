package dev.spikelane.kernel.step;

import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link WindowStep}. */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class WindowStepVector {

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final FloatVector ZERO = FloatVector.zero(FLOAT);

    private WindowStepVector() {}

    static void charge(
            LeakyParameters parameters,
            FloatMatrix weights,
            FloatMatrix current,
            int firstCurrent,
            int row,
            long step,
            FloatMatrix state,
            int batch,
            int sample,
            FloatMatrix window,
            int firstWord,
            int endWord) {
        int length = weights.rows();
        int n = (int) (step % length);
        boolean last = n == length - 1;
        int first = firstWord * Long.SIZE;
        int end = endWord * Long.SIZE;
        charge(
                parameters.alpha.segment(),
                current.segment(),
                current.rowOffset(row) - (long) firstCurrent * Float.BYTES,
                state.segment(),
                state.rowOffset(sample),
                state.rowOffset(batch + sample),
                window.segment(),
                window.rowOffset(n * batch + sample),
                window.rowOffset((n + 1) * batch + sample),
                weights.segment(),
                weights.rowOffset(n + 1),
                step >= length && !last,
                first,
                end);
        if (last) {
            for (int j = length - 2; j > 0; j--) {
                long own = window.rowOffset(j * batch + sample);
                long later = window.rowOffset((j + 1) * batch + sample);
                add(window.segment(), own, later, weights.segment(), weights.rowOffset(n - j), first, end);
            }
            clear(state.segment(), state.rowOffset(batch + sample), first, end);
        }
    }

    private static void charge(
            MemorySegment shares,
            MemorySegment inputs,
            long inputRow,
            MemorySegment states,
            long membraneRow,
            long sumRow,
            MemorySegment window,
            long keptRow,
            long olderRow,
            MemorySegment weights,
            long weightRow,
            boolean older,
            int first,
            int end) {
        Checks.isNative(shares);
        Checks.isNative(inputs);
        Checks.isNative(states);
        Checks.isNative(window);
        Checks.isNative(weights);
        for (int neuron = first; neuron < end; neuron += COUNT) {
            long at = (long) neuron * Float.BYTES;
            FloatVector input = load(inputs, inputRow + at);
            FloatVector p = load(shares, at).mul(load(states, sumRow + at)).add(input);
            FloatVector u = p;
            if (older) {
                u = p.add(load(weights, weightRow + at).mul(load(window, olderRow + at)));
            }
            u.intoMemorySegment(states, membraneRow + at, ORDER);
            p.intoMemorySegment(states, sumRow + at, ORDER);
            input.intoMemorySegment(window, keptRow + at, ORDER);
        }
    }

    /** {@code Q[j] = Q[j + 1] + w * I[j]}, where I[j] stands. */
    private static void add(
            MemorySegment window,
            long ownRow,
            long laterRow,
            MemorySegment weights,
            long weightRow,
            int first,
            int end) {
        Checks.isNative(window);
        Checks.isNative(weights);
        for (int neuron = first; neuron < end; neuron += COUNT) {
            long at = (long) neuron * Float.BYTES;
            FloatVector own = load(weights, weightRow + at).mul(load(window, ownRow + at));
            load(window, laterRow + at).add(own).intoMemorySegment(window, ownRow + at, ORDER);
        }
    }

    private static void clear(MemorySegment states, long sumRow, int first, int end) {
        Checks.isNative(states);
        for (int neuron = first; neuron < end; neuron += COUNT) {
            ZERO.intoMemorySegment(states, sumRow + (long) neuron * Float.BYTES, ORDER);
        }
    }

    private static FloatVector load(MemorySegment segment, long offset) {
        return FloatVector.fromMemorySegment(FLOAT, segment, offset, ORDER);
    }
}

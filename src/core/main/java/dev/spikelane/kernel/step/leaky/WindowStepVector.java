package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link WindowStep}. */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class WindowStepVector {

    private static final FloatVector ZERO = FloatVector.zero(FLOAT);

    private WindowStepVector() {}

    static void charge(
            LeakyNeurons parameters, FloatMatrix weights, StepRun run, FloatMatrix window, int row, long step) {
        int length = weights.rows();
        int n = (int) (step % length);
        boolean last = n == length - 1;
        int first = run.firstWord * Long.SIZE;
        int end = run.endWord * Long.SIZE;
        FloatMatrix state = run.state;
        int batch = state.rows() / 2;
        int sample = row % batch;
        charge(parameters, run, window, row, n);
        if (step >= length && !last) {
            long older = window.rowOffset((n + 1) * batch + sample);
            addOlder(state, sample, window.segment(), older, weights, n + 1, first, end);
        }
        if (last) {
            for (int j = length - 2; j > 0; j--) {
                long own = window.rowOffset(j * batch + sample);
                long later = window.rowOffset((j + 1) * batch + sample);
                add(window.segment(), own, later, weights.segment(), weights.rowOffset(n - j), first, end);
            }
            clear(state.segment(), state.rowOffset(batch + sample), first, end);
        }
    }

    private static void charge(LeakyNeurons parameters, StepRun run, FloatMatrix kept, int row, int n) {
        MemorySegment shares = parameters.alpha.segment();
        MemorySegment inputs = run.current.segment();
        MemorySegment states = run.state.segment();
        MemorySegment window = kept.segment();
        Checks.isNative(shares);
        Checks.isNative(inputs);
        Checks.isNative(states);
        Checks.isNative(window);
        int batch = run.state.rows() / 2;
        int sample = row % batch;
        long inputRow = run.current.rowOffset(row) - (long) run.firstCurrent * Float.BYTES;
        long membraneRow = run.state.rowOffset(sample);
        long sumRow = run.state.rowOffset(batch + sample);
        long keptRow = kept.rowOffset(n * batch + sample);
        int end = run.endWord * Long.SIZE;
        for (int neuron = run.firstWord * Long.SIZE; neuron < end; neuron += COUNT) {
            long at = (long) neuron * Float.BYTES;
            FloatVector input = FloatVector.fromMemorySegment(FLOAT, inputs, inputRow + at, ORDER);
            FloatVector p = FloatVector.fromMemorySegment(FLOAT, shares, at, ORDER)
                    .mul(FloatVector.fromMemorySegment(FLOAT, states, sumRow + at, ORDER))
                    .add(input);
            p.intoMemorySegment(states, membraneRow + at, ORDER);
            p.intoMemorySegment(states, sumRow + at, ORDER);
            input.intoMemorySegment(window, keptRow + at, ORDER);
        }
    }

    /**
     * {@code U = P + w * Q[n + 1]}, where P stands: a loop of its own, since a vector that is one or the other is
     * boxed.
     */
    private static void addOlder(
            FloatMatrix state,
            int sample,
            MemorySegment window,
            long olderRow,
            FloatMatrix weight,
            int age,
            int first,
            int end) {
        MemorySegment states = state.segment();
        MemorySegment weights = weight.segment();
        Checks.isNative(states);
        Checks.isNative(window);
        Checks.isNative(weights);
        long membraneRow = state.rowOffset(sample);
        long weightRow = weight.rowOffset(age);
        for (int neuron = first; neuron < end; neuron += COUNT) {
            long at = (long) neuron * Float.BYTES;
            FloatVector added = FloatVector.fromMemorySegment(FLOAT, weights, weightRow + at, ORDER)
                    .mul(FloatVector.fromMemorySegment(FLOAT, window, olderRow + at, ORDER));
            FloatVector.fromMemorySegment(FLOAT, states, membraneRow + at, ORDER)
                    .add(added)
                    .intoMemorySegment(states, membraneRow + at, ORDER);
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
            FloatVector own = FloatVector.fromMemorySegment(FLOAT, weights, weightRow + at, ORDER)
                    .mul(FloatVector.fromMemorySegment(FLOAT, window, ownRow + at, ORDER));
            FloatVector.fromMemorySegment(FLOAT, window, laterRow + at, ORDER)
                    .add(own)
                    .intoMemorySegment(window, ownRow + at, ORDER);
        }
    }

    private static void clear(MemorySegment states, long sumRow, int first, int end) {
        Checks.isNative(states);
        for (int neuron = first; neuron < end; neuron += COUNT) {
            ZERO.intoMemorySegment(states, sumRow + (long) neuron * Float.BYTES, ORDER);
        }
    }
}

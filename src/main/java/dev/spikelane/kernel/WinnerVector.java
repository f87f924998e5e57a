package dev.spikelane.kernel;

import static dev.spikelane.kernel.Simd.Lanes.COUNT;
import static dev.spikelane.kernel.Simd.Lanes.FLOAT;
import static jdk.incubator.vector.VectorOperators.LE;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link Winner}: skips the vectors in which nothing is larger than what was found. */
final class WinnerVector {

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private WinnerVector() {}

    static int find(FloatMatrix membrane, int row, FloatMatrix threshold) {
        MemorySegment state = membrane.segment();
        MemorySegment thresholds = threshold.segment();
        Checks.isNative(state);
        Checks.isNative(thresholds);
        long stateRow = membrane.rowOffset(row);
        int neurons = membrane.columns();
        int winner = 0;
        float largest = Float.NEGATIVE_INFINITY;
        for (int first = 0; first < neurons; first += COUNT) {
            long at = (long) first * Float.BYTES;
            FloatVector excess = FloatVector.fromMemorySegment(FLOAT, state, stateRow + at, ORDER)
                    .sub(FloatVector.fromMemorySegment(FLOAT, thresholds, at, ORDER));
            if (!excess.compare(LE, largest).allTrue()) {
                // Read again by scalars, for C2 boxes vectors that go into a rare branch.
                for (int neuron = first; neuron < Math.min(first + COUNT, neurons); neuron++) {
                    float each = Winner.excess(membrane, row, threshold, neuron);
                    if (Float.isNaN(each)) {
                        return neuron;
                    }
                    if (each > largest) {
                        largest = each;
                        winner = neuron;
                    }
                }
            }
        }
        return winner;
    }
}

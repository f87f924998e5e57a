package dev.spikelane.kernel.update;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.ExponentialVector;
import dev.spikelane.kernel.base.Pads;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link Softmax}; behind the values of a row stands minus infinity. */
final class SoftmaxVector {

    /** Minus infinity behind {@code COUNT} times -0, which changes nothing that it is added to. */
    private static final float[] BEHIND = new float[2 * COUNT];

    static {
        Arrays.fill(BEHIND, 0, COUNT, -0.0f);
        Arrays.fill(BEHIND, COUNT, 2 * COUNT, Float.NEGATIVE_INFINITY);
    }

    private SoftmaxVector() {}

    /** Copies rows to whole vectors; a reduction of lanes is a call in some JVMs, so maxima are found behind that. */
    static void copy(FloatMatrix values, int first, int rows, float[] into, int to) {
        MemorySegment from = values.segment();
        Checks.isNative(from);
        int vectors = Math.ceilDiv(values.columns(), COUNT);
        FloatVector none = FloatVector.broadcast(FLOAT, -0.0f);
        FloatVector pads = FloatVector.fromArray(FLOAT, BEHIND, vectors * COUNT - values.columns());
        for (int i = 0; i < rows; i++) {
            long at = values.rowOffset(first + i);
            for (int v = 0; v < vectors; v++) {
                FloatVector.fromMemorySegment(FLOAT, from, at + (long) v * BYTES, ORDER)
                        .add(v < vectors - 1 ? none : pads)
                        .intoArray(into, ((to + i) * vectors + v) * COUNT);
            }
        }
    }

    /** Takes the exponentials of differences from maxima. */
    static void exponentials(float[] values, int stride, int rows, float[] maxima) {
        for (int i = 0; i < rows; i++) {
            FloatVector most = FloatVector.broadcast(FLOAT, maxima[i]);
            for (int at = i * stride; at < (i + 1) * stride; at += COUNT) {
                ExponentialVector.of(FloatVector.fromArray(FLOAT, values, at).sub(most))
                        .intoArray(values, at);
            }
        }
    }

    /** Writes rows that follow each other, the first of which is the i-th that was taken. */
    static void divide(
            float[] exponentials, float[] sums, int i, float[] factors, int rows, FloatMatrix into, int first) {
        MemorySegment to = into.segment();
        Checks.isNative(to);
        int vectors = Math.ceilDiv(into.columns(), COUNT);
        for (int row = 0; row < rows; row++) {
            long at = into.rowOffset(first + row);
            FloatVector scale = FloatVector.broadcast(FLOAT, factors[row]);
            FloatVector sum = FloatVector.broadcast(FLOAT, sums[i + row]);
            for (int v = 0; v < vectors; v++) {
                FloatVector.fromArray(FLOAT, exponentials, ((i + row) * vectors + v) * COUNT)
                        .div(sum)
                        .mul(scale)
                        .intoMemorySegment(to, at + (long) v * BYTES, ORDER);
            }
            if (Float.isNaN(sums[i + row])) {
                Pads.clear(into, first + row);
            }
        }
    }

    /** Adds up the rows from the first on that are so far apart. */
    static void add(float[] exponentials, float[] sums, int first, int step, int rows, FloatMatrix into, int row) {
        MemorySegment to = into.segment();
        Checks.isNative(to);
        int vectors = Math.ceilDiv(into.columns(), COUNT);
        for (int v = 0; v < vectors; v++) {
            FloatVector sum = FloatVector.zero(FLOAT);
            for (int i = first; i < rows; i += step) {
                sum = sum.add(FloatVector.fromArray(FLOAT, exponentials, (i * vectors + v) * COUNT)
                        .div(sums[i]));
            }
            sum.intoMemorySegment(to, into.rowOffset(row) + (long) v * BYTES, ORDER);
        }
        Pads.clear(into, row);
    }
}

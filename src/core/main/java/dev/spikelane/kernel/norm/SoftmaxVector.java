package dev.spikelane.kernel.norm;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.ExponentialVector;
import dev.spikelane.simd.Pads;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link Softmax}; the padding of a row is minus infinity. */
final class SoftmaxVector {

    /** {@code COUNT} times -0, which changes no sum, then minus infinity. */
    private static final float[] PADDING = new float[2 * COUNT];

    static {
        Arrays.fill(PADDING, 0, COUNT, -0.0f);
        Arrays.fill(PADDING, COUNT, 2 * COUNT, Float.NEGATIVE_INFINITY);
    }

    private SoftmaxVector() {}

    /**
     * Copies rows to whole vectors. Scalar code finds the maxima, because a reduction of lanes is a call in some JVMs.
     */
    static void copy(FloatMatrix values, int first, int step, int rows, float[] into) {
        MemorySegment from = values.segment();
        Checks.isNative(from);
        int vectors = Math.ceilDiv(values.columns(), COUNT);
        FloatVector none = FloatVector.broadcast(FLOAT, -0.0f);
        FloatVector pads = FloatVector.fromArray(FLOAT, PADDING, vectors * COUNT - values.columns());
        for (int i = 0; i < rows; i++) {
            long at = values.rowOffset(first + i * step);
            for (int v = 0; v < vectors; v++) {
                FloatVector.fromMemorySegment(FLOAT, from, at + (long) v * BYTES, ORDER)
                        .add(v < vectors - 1 ? none : pads)
                        .intoArray(into, (i * vectors + v) * COUNT);
            }
        }
    }

    /** Computes the exponentials of differences from maxima. */
    static void exponentials(float[] values, int stride, int rows, float[] maxima) {
        for (int i = 0; i < rows; i++) {
            ExponentialVector.ofDifferences(values, i * stride, (i + 1) * stride, maxima[i]);
        }
    }

    static void divide(
            float[] exponentials, float[] sums, int rows, float factor, FloatMatrix into, int first, int step) {
        MemorySegment to = into.segment();
        Checks.isNative(to);
        FloatVector scale = FloatVector.broadcast(FLOAT, factor);
        int vectors = Math.ceilDiv(into.columns(), COUNT);
        for (int i = 0; i < rows; i++) {
            long at = into.rowOffset(first + i * step);
            FloatVector sum = FloatVector.broadcast(FLOAT, sums[i]);
            for (int v = 0; v < vectors; v++) {
                FloatVector.fromArray(FLOAT, exponentials, (i * vectors + v) * COUNT)
                        .div(sum)
                        .mul(scale)
                        .intoMemorySegment(to, at + (long) v * BYTES, ORDER);
            }
            if (Float.isNaN(sums[i])) {
                Pads.clear(into, first + i * step);
            }
        }
    }

    static void add(float[] exponentials, float[] sums, int rows, FloatMatrix into, int row) {
        MemorySegment to = into.segment();
        Checks.isNative(to);
        int vectors = Math.ceilDiv(into.columns(), COUNT);
        for (int v = 0; v < vectors; v++) {
            FloatVector sum = FloatVector.zero(FLOAT);
            for (int i = 0; i < rows; i++) {
                sum = sum.add(FloatVector.fromArray(FLOAT, exponentials, (i * vectors + v) * COUNT)
                        .div(sums[i]));
            }
            sum.intoMemorySegment(to, into.rowOffset(row) + (long) v * BYTES, ORDER);
        }
        Pads.clear(into, row);
    }
}

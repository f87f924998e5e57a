package dev.spikelane.kernel.update;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.MAX;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.ExponentialVector;
import dev.spikelane.kernel.base.Pads;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link Softmax}: a value in a pad is minus infinity, unless there is a NaN in the row. */
final class SoftmaxVector {

    /** Minus infinity behind {@code COUNT} times -0, which changes nothing that it is added to. */
    private static final float[] BEHIND = new float[2 * COUNT];

    static {
        Arrays.fill(BEHIND, 0, COUNT, -0.0f);
        Arrays.fill(BEHIND, COUNT, 2 * COUNT, Float.NEGATIVE_INFINITY);
    }

    private SoftmaxVector() {}

    static void exponentials(
            FloatMatrix values, int first, int step, int rows, float[] maxima, float[] exponentials) {
        MemorySegment from = values.segment();
        Checks.isNative(from);
        int vectors = Math.ceilDiv(values.columns(), COUNT);
        long last = (vectors - 1L) * BYTES;
        FloatVector pads = FloatVector.fromArray(FLOAT, BEHIND, vectors * COUNT - values.columns());
        for (int i = 0; i < rows; i++) {
            long at = values.rowOffset(first + i * step);
            FloatVector most =
                    FloatVector.fromMemorySegment(FLOAT, from, at + last, ORDER).add(pads);
            for (long lane = 0; lane < last; lane += BYTES) {
                most = most.max(FloatVector.fromMemorySegment(FLOAT, from, at + lane, ORDER));
            }
            maxima[i] = most.reduceLanes(MAX);
        }
        FloatVector none = FloatVector.broadcast(FLOAT, -0.0f);
        for (int i = 0; i < rows; i++) {
            long at = values.rowOffset(first + i * step);
            FloatVector most = FloatVector.broadcast(FLOAT, maxima[i]);
            for (int v = 0; v < vectors; v++) {
                FloatVector z = FloatVector.fromMemorySegment(FLOAT, from, at + (long) v * BYTES, ORDER)
                        .add(v < vectors - 1 ? none : pads);
                ExponentialVector.of(z.sub(most)).intoArray(exponentials, (i * vectors + v) * COUNT);
            }
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
                sum = sum.add(
                        FloatVector.fromArray(FLOAT, exponentials, (i * vectors + v) * COUNT).div(sums[i]));
            }
            sum.intoMemorySegment(to, into.rowOffset(row) + (long) v * BYTES, ORDER);
        }
        Pads.clear(into, row);
    }
}

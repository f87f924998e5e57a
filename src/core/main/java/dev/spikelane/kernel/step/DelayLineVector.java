package dev.spikelane.kernel.step;

import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link DelayLine}: a gather reads each lane's newer value from the row of its delay. */
final class DelayLineVector {

    private DelayLineVector() {}

    static void delay(DelayLine.Rows rows, int row, int steps) {
        if (rows.learns) {
            learn(rows, row, steps);
            return;
        }
        int width = rows.width;
        float[] given = rows.given;
        int[] places = rows.places;
        float[] near = rows.near;
        float[] far = rows.far;
        float[] before = rows.past;
        MemorySegment made = rows.made;
        Checks.isNative(made);
        for (int t = 0; t < steps; t++) {
            int at = (row + t) * width;
            long into = rows.madeAt + t * rows.madeStep;
            for (int i = 0; i < width; i += COUNT) {
                FloatVector now = FloatVector.fromArray(FLOAT, given, at, places, i);
                FloatVector past = FloatVector.fromArray(FLOAT, before, i);
                now.intoArray(before, i);
                FloatVector.fromArray(FLOAT, near, i)
                        .mul(now)
                        .add(FloatVector.fromArray(FLOAT, far, i).mul(past))
                        .intoMemorySegment(made, into + (long) i * Float.BYTES, ORDER);
            }
        }
    }

    /** Delays some steps and adds {@code factor * (older - newer)} to the sums. */
    private static void learn(DelayLine.Rows rows, int row, int steps) {
        int width = rows.width;
        float[] given = rows.given;
        int[] places = rows.places;
        float[] near = rows.near;
        float[] far = rows.far;
        float[] before = rows.past;
        float[] sum = rows.sum;
        MemorySegment made = rows.made;
        MemorySegment factors = rows.factors;
        Checks.isNative(made);
        Checks.isNative(factors);
        for (int t = 0; t < steps; t++) {
            int at = (row + t) * width;
            long into = rows.madeAt + t * rows.madeStep;
            long by = rows.factorsAt + t * rows.factorsStep;
            for (int i = 0; i < width; i += COUNT) {
                FloatVector now = FloatVector.fromArray(FLOAT, given, at, places, i);
                FloatVector past = FloatVector.fromArray(FLOAT, before, i);
                now.intoArray(before, i);
                FloatVector.fromArray(FLOAT, near, i)
                        .mul(now)
                        .add(FloatVector.fromArray(FLOAT, far, i).mul(past))
                        .intoMemorySegment(made, into + (long) i * Float.BYTES, ORDER);
                FloatVector.fromArray(FLOAT, sum, i)
                        .add(FloatVector.fromMemorySegment(FLOAT, factors, by + (long) i * Float.BYTES, ORDER)
                                .mul(past.sub(now)))
                        .intoArray(sum, i);
            }
        }
    }
}

package dev.spikelane.kernel.step;

import dev.spikelane.simd.Lanes;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link DelayLine}: lanes come from rows as old as they are delayed. */
final class DelayLineVector {

    private DelayLineVector() {}

    static void delay(DelayLine.Rows rows, int row, int steps) {
        if (rows.factors.length > 0) {
            learn(rows, row, steps);
            return;
        }
        int width = rows.width;
        float[] given = rows.given;
        int[] places = rows.places;
        for (int t = 0; t < steps; t++) {
            int at = (row + t) * width;
            for (int i = 0; i < width; i += Lanes.FLOAT.length()) {
                FloatVector now = FloatVector.fromArray(Lanes.FLOAT, given, at, places, i);
                FloatVector past = FloatVector.fromArray(Lanes.FLOAT, given, at - width, places, i);
                FloatVector far = FloatVector.fromArray(Lanes.FLOAT, rows.far, i).mul(past);
                FloatVector.fromArray(Lanes.FLOAT, rows.near, i)
                        .mul(now)
                        .add(far)
                        .intoArray(rows.made, t * width + i);
            }
        }
    }

    /** The same, and sums of differences. */
    private static void learn(DelayLine.Rows rows, int row, int steps) {
        int width = rows.width;
        float[] given = rows.given;
        int[] places = rows.places;
        for (int t = 0; t < steps; t++) {
            int at = (row + t) * width;
            for (int i = 0; i < width; i += Lanes.FLOAT.length()) {
                FloatVector now = FloatVector.fromArray(Lanes.FLOAT, given, at, places, i);
                FloatVector past = FloatVector.fromArray(Lanes.FLOAT, given, at - width, places, i);
                FloatVector far = FloatVector.fromArray(Lanes.FLOAT, rows.far, i).mul(past);
                FloatVector.fromArray(Lanes.FLOAT, rows.near, i)
                        .mul(now)
                        .add(far)
                        .intoArray(rows.made, t * width + i);
                FloatVector term = FloatVector.fromArray(Lanes.FLOAT, rows.factors, t * width + i)
                        .mul(past.sub(now));
                FloatVector.fromArray(Lanes.FLOAT, rows.sum, i).add(term).intoArray(rows.sum, i);
            }
        }
    }
}

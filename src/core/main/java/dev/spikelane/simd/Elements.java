package dev.spikelane.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.memory.FloatMatrix;

/** Elements of matrices without index checks, for specifications whose callers check. */
public final class Elements {

    private Elements() {}

    public static float get(FloatMatrix matrix, int row, int column) {
        return matrix.segment().get(JAVA_FLOAT, matrix.rowOffset(row) + (long) column * Float.BYTES);
    }

    public static void set(FloatMatrix matrix, int row, int column, float value) {
        matrix.segment().set(JAVA_FLOAT, matrix.rowOffset(row) + (long) column * Float.BYTES, value);
    }
}

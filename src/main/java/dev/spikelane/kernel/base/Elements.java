package dev.spikelane.kernel.base;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.ValueLayout;

/** Elements of matrices without checks of their indices, for specifications, which trust their arguments. */
public final class Elements {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private Elements() {}

    public static float get(FloatMatrix matrix, int row, int column) {
        return matrix.segment().get(FLOAT, matrix.rowOffset(row) + (long) column * Float.BYTES);
    }

    public static void set(FloatMatrix matrix, int row, int column, float value) {
        matrix.segment().set(FLOAT, matrix.rowOffset(row) + (long) column * Float.BYTES, value);
    }
}

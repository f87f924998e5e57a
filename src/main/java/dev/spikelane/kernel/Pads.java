package dev.spikelane.kernel;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.ValueLayout;

/** The padding behind a row, for kernels whose vectors wrote over it. */
final class Pads {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private Pads() {}

    /** Writes zero to the pad lanes of a row. */
    static void clear(FloatMatrix matrix, int row) {
        long offset = matrix.rowOffset(row);
        for (int column = matrix.columns(); column < matrix.stride(); column++) {
            matrix.segment().set(FLOAT, offset + (long) column * Float.BYTES, 0f);
        }
    }
}

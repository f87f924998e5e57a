package dev.spikelane.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Looks for values that are not finite. */
final class Finite {

    private Finite() {}

    /** Throws unless all elements are finite; the message names the first one that is not. */
    static void require(String name, FloatMatrix matrix) {
        for (int row = 0; row < matrix.rows(); row++) {
            if (!isFinite(matrix, row)) {
                int column = 0;
                while (Float.isFinite(matrix.get(row, column))) {
                    column++;
                }
                throw new IllegalArgumentException(name + " has " + matrix.get(row, column) + " at row " + row
                        + ", column " + column + ", expected a finite number");
            }
        }
    }

    /**
     * The exponent of NaN and infinities is the largest; the JIT turns the maximum over bits into vectors, which it
     * does not for floats.
     */
    private static boolean isFinite(FloatMatrix matrix, int row) {
        MemorySegment segment = matrix.segment();
        long offset = matrix.rowOffset(row);
        int columns = matrix.columns();
        int largest = 0;
        for (int column = 0; column < columns; column++) {
            int magnitude = segment.get(ValueLayout.JAVA_INT, offset + (long) column * Float.BYTES) & Integer.MAX_VALUE;
            largest = Math.max(largest, magnitude);
        }
        return Float.isFinite(Float.intBitsToFloat(largest));
    }
}

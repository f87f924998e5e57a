package dev.spikelane.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Finite {

    private Finite() {}

    /** Throws if an element is not finite; the message names the first one. */
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
     * Compares exponent bits, which are the largest for NaN and infinities: the JIT vectorizes the maximum of integers,
     * but not of floats.
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

package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Random matrices, and comparisons of matrices bit for bit. */
public final class Matrices {

    private Matrices() {}

    /** Returns spikes with the probability {@code density}. */
    public static SpikeMatrix spikes(Arena arena, int rows, int columns, double density, Random random) {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, rows, columns);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                spikes.set(row, column, random.nextDouble() < density);
            }
        }
        return spikes;
    }

    /** Returns uniform values in [-1, 1). */
    public static FloatMatrix uniform(Arena arena, int rows, int columns, Random random) {
        FloatMatrix matrix = FloatMatrix.zeros(arena, rows, columns);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                matrix.set(row, column, random.nextFloat() * 2 - 1);
            }
        }
        return matrix;
    }

    /** Compares bits; all NaNs are equal, and pads must be 0. */
    public static void assertSameBits(FloatMatrix expected, FloatMatrix actual, String what) {
        assertSameShape(expected, actual, what);
        for (int row = 0; row < expected.rows(); row++) {
            for (int column = 0; column < expected.columns(); column++) {
                assertSameBits(expected.get(row, column), actual.get(row, column), what, row, column);
            }
        }
        assertZeroPads(actual, what);
    }

    /** Compares bits; all NaNs are equal, and pads must be 0. */
    public static void assertSameBits(float[][] expected, FloatMatrix actual, String what) {
        assertEquals(expected.length, actual.rows(), what);
        for (int row = 0; row < expected.length; row++) {
            assertEquals(expected[row].length, actual.columns(), what);
            for (int column = 0; column < expected[row].length; column++) {
                assertSameBits(expected[row][column], actual.get(row, column), what, row, column);
            }
        }
        assertZeroPads(actual, what);
    }

    private static void assertSameShape(Signal expected, Signal actual, String what) {
        assertEquals(expected.rows(), actual.rows(), what + ": rows");
        assertEquals(expected.columns(), actual.columns(), what + ": columns");
    }

    private static void assertSameBits(float expected, float actual, String what, int row, int column) {
        if (Float.floatToIntBits(expected) != Float.floatToIntBits(actual)) {
            assertEquals(expected, actual, what + " at row " + row + ", column " + column);
        }
    }

    /** Compares spikes; pads must be 0. */
    public static void assertSameBits(SpikeMatrix expected, SpikeMatrix actual, String what) {
        assertSameShape(expected, actual, what);
        for (int row = 0; row < expected.rows(); row++) {
            for (int column = 0; column < expected.columns(); column++) {
                if (expected.get(row, column) != actual.get(row, column)) {
                    assertEquals(
                            expected.get(row, column),
                            actual.get(row, column),
                            what + " at row " + row + ", column " + column);
                }
            }
        }
        assertZeroPads(actual, what);
    }

    public static void assertZeroPads(FloatMatrix matrix, String what) {
        for (int row = 0; row < matrix.rows(); row++) {
            for (int column = matrix.columns(); column < matrix.stride(); column++) {
                float pad = matrix.segment()
                        .get(ValueLayout.JAVA_FLOAT, matrix.rowOffset(row) + (long) column * Float.BYTES);
                if (Float.floatToRawIntBits(pad) != 0) {
                    assertEquals(0.0f, pad, what + ": pad lane " + column + " of row " + row);
                }
            }
        }
    }

    public static void assertZeroPads(SpikeMatrix matrix, String what) {
        if (matrix.columns() % Long.SIZE == 0) {
            return;
        }
        for (int row = 0; row < matrix.rows(); row++) {
            long last = matrix.segment()
                    .get(ValueLayout.JAVA_LONG, matrix.rowOffset(row) + (matrix.stride() - 1L) * Long.BYTES);
            assertEquals(0, last >>> matrix.columns(), what + ": pad bits of row " + row);
        }
    }
}

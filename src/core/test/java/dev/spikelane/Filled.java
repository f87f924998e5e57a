package dev.spikelane;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/** Arrays and matrices whose elements are a function of their place, called once for each, in ascending order. */
public final class Filled {

    private Filled() {}

    public static float[] floats(int length, Value value) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = value.at(i);
        }
        return values;
    }

    public static byte[] bytes(int length, IntUnaryOperator value) {
        byte[] values = new byte[length];
        for (int i = 0; i < length; i++) {
            values[i] = (byte) value.applyAsInt(i);
        }
        return values;
    }

    public static int[] ints(int length, IntUnaryOperator value) {
        int[] values = new int[length];
        for (int i = 0; i < length; i++) {
            values[i] = value.applyAsInt(i);
        }
        return values;
    }

    public static boolean[] flags(int length, IntPredicate value) {
        boolean[] values = new boolean[length];
        for (int i = 0; i < length; i++) {
            values[i] = value.test(i);
        }
        return values;
    }

    /** Sets all elements of {@code matrix} and returns it. */
    public static FloatMatrix fill(FloatMatrix matrix, Cell cell) {
        return fill(matrix, i -> cell.at(i / matrix.columns(), i % matrix.columns()));
    }

    /** Sets all elements of {@code matrix}, in order of rows, and returns it. */
    public static FloatMatrix fill(FloatMatrix matrix, Value value) {
        for (int i = 0; i < matrix.rows() * matrix.columns(); i++) {
            matrix.set(i / matrix.columns(), i % matrix.columns(), value.at(i));
        }
        return matrix;
    }

    /** Sets all spikes of {@code matrix} and returns it. */
    public static SpikeMatrix fill(SpikeMatrix matrix, Place fires) {
        return fill(matrix, i -> fires.at(i / matrix.columns(), i % matrix.columns()));
    }

    /** Sets all spikes of {@code matrix}, in order of rows, and returns it. */
    public static SpikeMatrix fill(SpikeMatrix matrix, IntPredicate fires) {
        for (int i = 0; i < matrix.rows() * matrix.columns(); i++) {
            matrix.set(i / matrix.columns(), i % matrix.columns(), fires.test(i));
        }
        return matrix;
    }

    /** A number at an index. */
    @FunctionalInterface
    public interface Value {
        float at(int index);
    }

    /** A number at a place of a matrix. */
    @FunctionalInterface
    public interface Cell {
        float at(int row, int column);
    }

    /** Whether there is a spike at a place of a matrix. */
    @FunctionalInterface
    public interface Place {
        boolean at(int row, int column);
    }
}

package dev.spikelane;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/** Fills arrays and matrices by a function of the place, called once for each element, ascending. */
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

    public static FloatMatrix fill(FloatMatrix matrix, Cell cell) {
        return fill(matrix, i -> cell.at(i / matrix.columns(), i % matrix.columns()));
    }

    public static FloatMatrix fill(FloatMatrix matrix, Value value) {
        for (int i = 0; i < matrix.rows() * matrix.columns(); i++) {
            matrix.set(i / matrix.columns(), i % matrix.columns(), value.at(i));
        }
        return matrix;
    }

    public static SpikeMatrix fill(SpikeMatrix matrix, Place fires) {
        return fill(matrix, i -> fires.at(i / matrix.columns(), i % matrix.columns()));
    }

    public static SpikeMatrix fill(SpikeMatrix matrix, IntPredicate fires) {
        for (int i = 0; i < matrix.rows() * matrix.columns(); i++) {
            matrix.set(i / matrix.columns(), i % matrix.columns(), fires.test(i));
        }
        return matrix;
    }

    @FunctionalInterface
    public interface Value {
        float at(int index);
    }

    @FunctionalInterface
    public interface Cell {
        float at(int row, int column);
    }

    @FunctionalInterface
    public interface Place {
        boolean at(int row, int column);
    }
}

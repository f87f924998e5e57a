package dev.spikelane.plot.data;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;

/** A matrix copied to the heap, so that a figure outlives its source, usually {@code [steps x neurons]}. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Signals(int rows, int columns, float[] values) {

    /** Copies every {@code batch}-th row, from row {@code sample} on. */
    public static Signals of(String what, FloatMatrix matrix, int batch, int sample) {
        int rows = Samples.steps(what, matrix.rows(), batch, sample);
        matrix.requireShape(what, matrix.rows(), matrix.columns());
        int columns = matrix.columns();
        if ((long) rows * columns > Integer.MAX_VALUE / Float.BYTES - 8) {
            throw new IllegalArgumentException(
                    matrix + " is too large for a figure; plot fewer rows, with rows(first, count)");
        }
        float[] values = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            long from = matrix.rowOffset(row * batch + sample);
            MemorySegment.copy(matrix.segment(), ValueLayout.JAVA_FLOAT, from, values, row * columns, columns);
        }
        return new Signals(rows, columns, values);
    }

    public int size() {
        return values.length;
    }

    public float get(int row, int column) {
        return values[row * columns + column];
    }

    public Signals columns(int[] chosen) {
        float[] some = new float[rows * chosen.length];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < chosen.length; i++) {
                some[row * chosen.length + i] = get(row, chosen[i]);
            }
        }
        return new Signals(rows, chosen.length, some);
    }

    public double[] column(int column) {
        return IntStream.range(0, rows).mapToDouble(row -> get(row, column)).toArray();
    }

    /** Returns the smallest finite value; 0 if there is none. */
    public float least() {
        float least = Float.POSITIVE_INFINITY;
        for (float value : values) {
            least = Float.isFinite(value) ? Math.min(least, value) : least;
        }
        return Float.isFinite(least) ? least : 0;
    }

    /** Returns the largest finite value; 0 if there is none. */
    public float most() {
        float most = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            most = Float.isFinite(value) ? Math.max(most, value) : most;
        }
        return Float.isFinite(most) ? most : 0;
    }

    /** Returns the values, little-endian, row after row. */
    public byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}

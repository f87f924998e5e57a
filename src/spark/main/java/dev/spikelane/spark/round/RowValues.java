package dev.spikelane.spark.round;

import dev.spikelane.memory.FloatMatrix;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A row as little-endian bytes: number and label (ints), and values as bytes or floats.
 *
 * @param isBytes true for unsigned bytes, false for floats
 * @param divisor the divisor of bytes
 * @param count values of a sample
 */
public record RowValues(boolean isBytes, float divisor, int count) implements Serializable {

    private static final int NUMBER = 0;
    private static final int LABEL = Integer.BYTES;
    private static final int VALUES = 2 * Integer.BYTES;

    private static ByteBuffer buffer(byte[] row) {
        return ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
    }

    public byte[] row(int label, byte[] values) {
        byte[] row = new byte[VALUES + values.length];
        buffer(row).putInt(LABEL, label).put(VALUES, values);
        return row;
    }

    public byte[] row(int label, float[] values) {
        byte[] row = new byte[VALUES + values.length * Float.BYTES];
        buffer(row).putInt(LABEL, label).position(VALUES).asFloatBuffer().put(values);
        return row;
    }

    /** Returns a numbered copy; Spark's rows must not change. */
    public static byte[] numbered(byte[] row, int number) {
        byte[] copy = row.clone();
        buffer(copy).putInt(NUMBER, number);
        return copy;
    }

    public static int number(byte[] row) {
        return buffer(row).getInt(NUMBER);
    }

    public static int label(byte[] row) {
        return buffer(row).getInt(LABEL);
    }

    public void read(byte[] row, FloatMatrix into, int at) {
        ByteBuffer from = buffer(row);
        for (int i = 0; i < count; i++) {
            into.set(
                    at,
                    i,
                    isBytes ? Byte.toUnsignedInt(row[VALUES + i]) / divisor : from.getFloat(VALUES + i * Float.BYTES));
        }
    }
}

package dev.spikelane.memory;

import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * An immutable matrix of whole numbers of at most 16 bits with a scale for each row, or one for all rows, in native
 * memory that the garbage collector frees. The element is {@code scale * item}, rounded once to float32.
 *
 * <p>Sizes are at least 1; {@code items} has {@code rows * columns} numbers, row after row, and is copied;
 * {@code scales} has one number for all rows, or one for each. Factories throw an {@link IllegalArgumentException} if a
 * count or an item does not fit, a value is NaN or infinite, or a scale times the least number of the type is not
 * finite. They throw an {@link IllegalStateException} if the type is not one of integers times a scale. Methods throw
 * an {@link IndexOutOfBoundsException} if a row or column does not exist.
 */
public final class IntegerMatrix {

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ElementType type;
    private final int rows;
    private final int columns;
    private final MemorySegment items;
    private final float[] scales;

    private IntegerMatrix(ElementType type, int rows, int columns, float[] scales) {
        Memory.requireSize("IntegerMatrix", rows, columns);
        if (scales.length != 1 && scales.length != rows) {
            throw new IllegalArgumentException("there are " + scales.length + " scales, expected 1 or " + rows
                    + ", one for each row of [" + rows + " x " + columns + "]");
        }
        for (int row = 0; row < scales.length; row++) {
            if (!Float.isFinite(scales[row] * type.least())) {
                throw new IllegalArgumentException("scale " + row + " is " + scales[row]
                        + ", expected a number whose product with " + type.least() + " is finite");
            }
        }
        this.type = type;
        this.rows = rows;
        this.columns = columns;
        this.scales = scales.clone();
        this.items =
                Memory.allocate(NativeMemory.ofAuto(), "IntegerMatrix", rows, columns, (long) columns * type.bytes());
    }

    /**
     * Makes a matrix of numbers of 8 bits.
     *
     * @param rows number of rows, at least 1
     * @param columns number of columns, at least 1
     * @param items {@code rows * columns} numbers, row after row; copied
     * @param scales one for all, or one for each row
     * @return the matrix
     * @throws IllegalArgumentException if a number of elements does not fit, or a scale times -128 is not finite
     */
    public static IntegerMatrix of(int rows, int columns, byte[] items, float... scales) {
        IntegerMatrix matrix = new IntegerMatrix(ElementType.INT8, rows, columns, scales);
        matrix.requireCount(items.length);
        MemorySegment.copy(items, 0, matrix.items, ValueLayout.JAVA_BYTE, 0, items.length);
        return matrix;
    }

    /**
     * Makes a matrix of numbers of 16 bits.
     *
     * @param rows number of rows, at least 1
     * @param columns number of columns, at least 1
     * @param items {@code rows * columns} numbers, row after row; copied
     * @param scales one for all, or one for each row
     * @return the matrix
     * @throws IllegalArgumentException if a number of elements does not fit, or a scale times -32,768 is not finite
     */
    public static IntegerMatrix of(int rows, int columns, short[] items, float... scales) {
        IntegerMatrix matrix = new IntegerMatrix(ElementType.INT16, rows, columns, scales);
        matrix.requireCount(items.length);
        MemorySegment.copy(items, 0, matrix.items, SHORT, 0, items.length);
        return matrix;
    }

    /**
     * Makes a matrix of numbers of any type.
     *
     * @param type the type of the items
     * @param rows number of rows, at least 1
     * @param columns number of columns, at least 1
     * @param items {@code rows * columns} numbers, row after row; copied
     * @param scales one for all, or one for each row
     * @return the matrix
     * @throws IllegalArgumentException if a number of elements or an item does not fit, or a scale times the least
     *     number of the type is not finite
     * @throws IllegalStateException if the type is of floats
     */
    public static IntegerMatrix of(ElementType type, int rows, int columns, short[] items, float... scales) {
        IntegerMatrix matrix = new IntegerMatrix(type, rows, columns, scales);
        matrix.requireCount(items.length);
        for (int i = 0; i < items.length; i++) {
            if (items[i] < type.least() || items[i] > type.greatest()) {
                throw new IllegalArgumentException("item " + i + " is " + items[i] + ", expected " + type.least()
                        + " to " + type.greatest() + ", as " + type + " has");
            }
            matrix.set(i / columns, i % columns, items[i]);
        }
        return matrix;
    }

    /**
     * Rounds floats to whole numbers, with one scale for each row. The scale is the largest magnitude of the row
     * divided by the greatest number of the type. For TERNARY it is the mean of the k largest magnitudes, with the k
     * that has the least sum of squared errors. An item is the nearest integer to {@code value / scale}, ties to even,
     * with the quotient in float64. The least number of a type other than TERNARY is not used.
     *
     * @param type the type of the items
     * @param values finite numbers
     * @return the matrix
     * @throws IllegalArgumentException if a value is NaN or infinite
     * @throws IllegalStateException if the type is of floats
     */
    public static IntegerMatrix nearest(ElementType type, FloatMatrix values) {
        values.requireFinite("values");
        float[] scales = new float[values.rows()];
        for (int row = 0; row < scales.length; row++) {
            scales[row] = scale(type, values.rows(row, 1).toArray());
        }
        return nearest(type, values, scales);
    }

    /**
     * Rounds floats to whole numbers, all rows with the scale of the largest magnitude.
     *
     * @param type the type of the items
     * @param values finite numbers
     * @return the matrix
     * @throws IllegalArgumentException if a value is NaN or infinite
     * @throws IllegalStateException if the type is of floats
     */
    public static IntegerMatrix nearestWithOneScale(ElementType type, FloatMatrix values) {
        values.requireFinite("values");
        return nearest(type, values, new float[] {scale(type, values.toArray())});
    }

    /**
     * Rounds floats to whole numbers with given scales.
     *
     * @param type the type of the items
     * @param values finite numbers
     * @param scales one for all, or one for each row
     * @return the matrix of the nearest items that the type has beside its least
     * @throws IllegalArgumentException if a number of scales does not fit, or a scale times the least number of the
     *     type is not finite
     * @throws IllegalStateException if the type is of floats
     */
    public static IntegerMatrix nearest(ElementType type, FloatMatrix values, float... scales) {
        IntegerMatrix matrix = new IntegerMatrix(type, values.rows(), values.columns(), scales);
        for (int row = 0; row < values.rows(); row++) {
            double scale = matrix.scale(row);
            for (int column = 0; column < values.columns(); column++) {
                long item = Math.round(Math.rint(values.get(row, column) / scale));
                matrix.set(row, column, Math.clamp(item, -type.greatest(), type.greatest()));
            }
        }
        return matrix;
    }

    /** Returns a scale that is not zero, and so small that its product with the least number is finite. */
    private static float scale(ElementType type, float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.abs(values[i]);
        }
        Arrays.sort(values);
        double largest = type == ElementType.TERNARY ? closest(values) : values[values.length - 1];
        float scale = Math.max((float) largest / type.greatest(), Float.MIN_VALUE);
        while (!Float.isFinite(scale * type.least())) {
            scale = Math.nextDown(scale);
        }
        return scale;
    }

    /** Returns the mean of the n largest magnitudes with the greatest {@code n * mean^2}. */
    private static double closest(float[] ascending) {
        double mean = 0;
        double most = 0;
        double sum = 0;
        for (int n = 1; n <= ascending.length; n++) {
            sum += ascending[ascending.length - n];
            if (sum / n * sum > most) {
                most = sum / n * sum;
                mean = sum / n;
            }
        }
        return mean;
    }

    /**
     * Takes other scales.
     *
     * @param others one for all rows, or one for each
     * @return the same items with these scales
     * @throws IllegalArgumentException if there are more or fewer, or a scale times the least number of the type is not
     *     finite
     */
    public IntegerMatrix withScales(float... others) {
        IntegerMatrix matrix = new IntegerMatrix(type, rows, columns, Objects.requireNonNull(others, "others"));
        matrix.items.copyFrom(items);
        return matrix;
    }

    /**
     * Returns these items with another type.
     *
     * @param other a type that has all of them
     * @return the same items and scales
     * @throws IllegalArgumentException if an item does not fit, or a scale times the least number of the type is not
     *     finite
     * @throws IllegalStateException if the type is of floats
     */
    public IntegerMatrix withType(ElementType other) {
        Objects.requireNonNull(other, "other");
        return other == type ? this : of(other, rows, columns, items(), scales);
    }

    /**
     * Takes the columns in another order.
     *
     * @param which for each column of the result, a column of this matrix
     * @return a matrix of its own
     * @throws IllegalArgumentException if there is none
     * @throws IndexOutOfBoundsException if there is no such column
     */
    public IntegerMatrix gatherColumns(int... which) {
        IntegerMatrix matrix = new IntegerMatrix(type, rows, which.length, scales);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < which.length; column++) {
                matrix.set(row, column, item(row, which[column]));
            }
        }
        return matrix;
    }

    /** {@return the type of the items} */
    public ElementType type() {
        return type;
    }

    /** {@return the number of rows} */
    public int rows() {
        return rows;
    }

    /** {@return the number of columns} */
    public int columns() {
        return columns;
    }

    /**
     * {@return the {@code rows * columns} items, little-endian numbers of 8 or 16 bits, row after row without padding;
     * read-only}
     */
    public MemorySegment segment() {
        return items.asReadOnly();
    }

    /**
     * Returns one whole number.
     *
     * @param row the row
     * @param column the column
     * @return the item
     * @throws IndexOutOfBoundsException if there is no such element
     */
    public int item(int row, int column) {
        Memory.requireIndex("IntegerMatrix", row, rows, column, columns);
        return get((long) row * columns + column);
    }

    /**
     * {@return a copy of the items, row after row}
     *
     * @throws IllegalArgumentException if they do not fit one array
     */
    public short[] items() {
        if ((long) rows * columns > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(this + " does not fit one Java array");
        }
        short[] copy = new short[rows * columns];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = get(i);
        }
        return copy;
    }

    /** {@return a copy of the scales: one for all rows, or one for each} */
    public float[] scales() {
        return scales.clone();
    }

    /**
     * Returns the scale of a row.
     *
     * @param row the row
     * @return the factors of its items
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public float scale(int row) {
        Memory.requireIndex("IntegerMatrix", row, rows, 0, columns);
        return scales[scales.length == 1 ? 0 : row];
    }

    /** {@return a new matrix of the elements, {@code scale * item}, rounded once to float32} */
    public FloatMatrix widened() {
        FloatMatrix values = FloatMatrix.zeros(rows, columns);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                values.set(row, column, get((long) row * columns + column) * scale(row));
            }
        }
        return values;
    }

    private short get(long index) {
        return type == ElementType.INT16 ? items.getAtIndex(SHORT, index) : items.get(ValueLayout.JAVA_BYTE, index);
    }

    private void set(int row, int column, int item) {
        long index = (long) row * columns + column;
        if (type == ElementType.INT16) {
            items.setAtIndex(SHORT, index, (short) item);
        } else {
            items.set(ValueLayout.JAVA_BYTE, index, (byte) item);
        }
    }

    private void requireCount(int count) {
        if (count != (long) rows * columns) {
            throw new IllegalArgumentException("there are " + count + " items, expected " + (long) rows * columns
                    + " for [" + rows + " x " + columns + "]");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IntegerMatrix that
                && type == that.type
                && rows == that.rows
                && columns == that.columns
                && Arrays.equals(scales, that.scales)
                && items.mismatch(that.items) < 0;
    }

    @Override
    public int hashCode() {
        return (31 * rows + columns) * 31 + Arrays.hashCode(scales);
    }

    @Override
    public String toString() {
        return "IntegerMatrix " + type + " [" + rows + " x " + columns + "]";
    }
}

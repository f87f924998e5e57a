package dev.spikelane.io;

import dev.spikelane.io.file.JsonValue;
import dev.spikelane.io.file.LittleEndian;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** A named array of a file, in C order. It is immutable unless the program writes to the memory given to {@code of}. */
public final class Tensor {

    /** The most dimensions that a tensor may have. */
    public static final int MOST_DIMENSIONS = 8;

    private final String name;
    private final Type type;
    private final List<Integer> shape;
    private final MemorySegment bytes;

    Tensor(String name, Type type, List<Integer> shape, MemorySegment bytes) {
        this.name = name;
        this.type = type;
        this.shape = List.copyOf(shape);
        this.bytes = bytes.asReadOnly();
    }

    /**
     * Makes a tensor of any type.
     *
     * @param name its name
     * @param type the type of its items
     * @param shape its dimensions, which may be 0; empty for a single number
     * @param bytes its items, little-endian, in C order; not copied
     * @return the tensor
     * @throws IllegalArgumentException if there are more than 8 dimensions, one is negative, or the number of bytes is
     *     wrong
     */
    public static Tensor of(String name, Type type, List<Integer> shape, MemorySegment bytes) {
        long expected = type.bytes() * count(name, shape);
        if (bytes.byteSize() != expected) {
            throw new IllegalArgumentException("tensor " + JsonValue.quoted(name) + " has " + bytes.byteSize()
                    + " bytes, expected " + expected + " for " + type + " of shape " + shape);
        }
        return new Tensor(name, type, shape, bytes);
    }

    /**
     * Makes a tensor of float32.
     *
     * @param name its name
     * @param values its items, row after row; copied
     * @param shape its dimensions, whose product is {@code rows * columns}; empty for a single number
     * @return the tensor
     * @throws IllegalArgumentException if the product is wrong, there are more than 8 dimensions, or one is negative
     */
    public static Tensor of(String name, FloatMatrix values, List<Integer> shape) {
        long row = (long) values.columns() * Float.BYTES;
        MemorySegment bytes = NativeMemory.ofAuto().allocate(row * values.rows(), Float.BYTES);
        for (int i = 0; i < values.rows(); i++) {
            MemorySegment.copy(
                    values.segment(),
                    ValueLayout.JAVA_FLOAT,
                    values.rowOffset(i),
                    bytes,
                    LittleEndian.FLOAT,
                    row * i,
                    values.columns());
        }
        return of(name, Type.F32, shape, bytes);
    }

    private static long count(String name, List<Integer> shape) {
        if (shape.size() > MOST_DIMENSIONS) {
            throw new IllegalArgumentException("tensor " + JsonValue.quoted(name) + " has " + shape.size()
                    + " dimensions, expected at most " + MOST_DIMENSIONS);
        }
        long count = 1;
        for (int size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException(
                        "tensor " + JsonValue.quoted(name) + " has the dimension " + size + ", expected 0 or more");
            }
            count = Math.multiplyExact(count, size);
        }
        return count;
    }

    /**
     * Returns the name.
     *
     * @return text, which may be empty
     */
    public String name() {
        return name;
    }

    /**
     * Returns the type of the items.
     *
     * @return the type
     */
    public Type type() {
        return type;
    }

    /**
     * Returns the dimensions.
     *
     * @return dimensions, at most 8; none for a single number
     */
    public List<Integer> shape() {
        return shape;
    }

    /**
     * Returns the number of items.
     *
     * @return the product of the dimensions, which may be 0
     */
    public long count() {
        return bytes.byteSize() / type.bytes();
    }

    /**
     * Returns the items.
     *
     * @return little-endian items in C order, at any alignment; read-only
     */
    public MemorySegment bytes() {
        return bytes;
    }

    /**
     * Copies the items, converted to float32 exactly.
     *
     * @return {@link #count()} numbers in C order; a truth value is 1 if its byte is not 0
     * @throws IllegalArgumentException if float32 cannot represent an item, or an array cannot hold all
     */
    public float[] floats() {
        if (count() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(this + " has more items than an array holds");
        }
        float[] values = new float[(int) count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = TensorItems.widened(this, i);
        }
        return values;
    }

    /**
     * Copies whole numbers, such as labels.
     *
     * @return {@link #count()} numbers in C order
     * @throws IllegalArgumentException if an item is no whole number or is beyond the range of int, or an array cannot
     *     hold all
     */
    public int[] integers() {
        if (count() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(this + " has more items than an array holds");
        }
        int[] values = new int[(int) count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = TensorItems.integer(this, i);
        }
        return values;
    }

    /**
     * Copies the items into a matrix, converted to float32 exactly.
     *
     * @return a new matrix: the last dimension becomes the columns, the product of the others the rows; a single number
     *     is {@code [1 x 1]}
     * @throws IllegalArgumentException if there is no item, or float32 cannot represent one
     */
    public FloatMatrix matrix() {
        if (count() == 0) {
            throw new IllegalArgumentException(this + " holds nothing, expected at least one item");
        }
        int columns = shape.isEmpty() ? 1 : shape.getLast();
        FloatMatrix values = FloatMatrix.zeros(Math.toIntExact(count() / columns), columns);
        for (int row = 0; row < values.rows(); row++) {
            if (type == Type.F32) {
                MemorySegment.copy(
                        bytes,
                        LittleEndian.FLOAT,
                        (long) row * columns * Float.BYTES,
                        values.segment(),
                        ValueLayout.JAVA_FLOAT,
                        values.rowOffset(row),
                        columns);
                continue;
            }
            for (int column = 0; column < columns; column++) {
                values.set(row, column, TensorItems.widened(this, (long) row * columns + column));
            }
        }
        return values;
    }

    /**
     * Rounds float64 to the nearest float32.
     *
     * @return a new tensor of float32; this tensor if it has another type
     */
    public Tensor rounded() {
        if (type != Type.F64) {
            return this;
        }
        MemorySegment rounded = NativeMemory.ofAuto().allocate(count() * Float.BYTES, Float.BYTES);
        for (long i = 0; i < count(); i++) {
            rounded.set(LittleEndian.FLOAT, i * Float.BYTES, (float) bytes.get(LittleEndian.DOUBLE, i * Double.BYTES));
        }
        return new Tensor(name, Type.F32, shape, rounded);
    }

    @Override
    public String toString() {
        return "tensor " + JsonValue.quoted(name) + " of " + type + " " + shape;
    }

    /** Item types, under the names of safetensors; little-endian. */
    public enum Type {
        /** Truth values of one byte, 0 or 1. */
        BOOL(1),
        /** Whole numbers from 0 to 255. */
        U8(1),
        /** Whole numbers of 8 bits. */
        I8(1),
        /** Whole numbers of 16 bits. */
        I16(2),
        /** Unsigned whole numbers of 16 bits. */
        U16(2),
        /** IEEE's binary16. */
        F16(2),
        /** The upper half of a float32. */
        BF16(2),
        /** Whole numbers of 32 bits. */
        I32(4),
        /** Unsigned whole numbers of 32 bits. */
        U32(4),
        /** float32. */
        F32(4),
        /** float64. */
        F64(8),
        /** Whole numbers of 64 bits. */
        I64(8),
        /** Unsigned whole numbers of 64 bits. */
        U64(8);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        /**
         * Returns the size of an item.
         *
         * @return bytes, 1 to 8
         */
        public int bytes() {
            return bytes;
        }
    }
}

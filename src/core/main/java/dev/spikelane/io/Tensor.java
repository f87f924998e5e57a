package dev.spikelane.io;

import dev.spikelane.io.file.JsonValue;
import dev.spikelane.io.file.LittleEndian;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** A named array of a file, in C order. Immutable, unless the program writes to the memory from which it was made. */
public final class Tensor {

    /** The most dimensions that a tensor may have. */
    public static final int MOST_DIMENSIONS = 8;

    private final String name;
    private final Type type;
    private final List<Integer> shape;
    private final MemorySegment bytes;

    /** Creates a tensor without copying its bytes. */
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
     * @param shape its dimensions; none for a single number, and a dimension may be 0
     * @param bytes its items, little-endian, in C order; not copied
     * @return the tensor
     * @throws IllegalArgumentException if there are more than 8 dimensions, one is negative, or the bytes are not as
     *     many as they need
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
     * @param shape its dimensions, whose product is {@code rows * columns}; none for a single number
     * @return the tensor
     * @throws IllegalArgumentException if the product is another, there are more than 8 dimensions, or one is negative
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
     * @return the name, which may be empty
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
     * Returns how many items there are.
     *
     * @return the product of the dimensions, which may be 0
     */
    public long count() {
        return bytes.byteSize() / type.bytes();
    }

    /**
     * Returns the items as they are stored.
     *
     * @return little-endian items in C order, at any alignment; read-only
     */
    public MemorySegment bytes() {
        return bytes;
    }

    /**
     * Copies the items out, widened to float32 without rounding.
     *
     * @return numbers in C order, as many as {@link #count()}; a truth value is 1 where its byte is not 0
     * @throws IllegalArgumentException if an item is a number that float32 does not have, or there are more than an
     *     array holds
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
     * Copies whole numbers out, such as labels, which NumPy and torch store in 64 bits.
     *
     * @return numbers in C order, as many as {@link #count()}
     * @throws IllegalArgumentException if items are no whole numbers, one is beyond the range of int, or there are more
     *     than an array holds
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
     * Copies the items out, widened to float32 without rounding.
     *
     * @return a matrix of its own memory: the last dimension are the columns, the product of the others the rows; a
     *     single number is {@code [1 x 1]}
     * @throws IllegalArgumentException if there is no item, or one is a number that float32 does not have
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
     * Rounds float64 to float32, each number to the nearest.
     *
     * @return a tensor of float32 in memory of its own; this one if it is of another type
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

    /** The item types, under the names that safetensors files use; little-endian. */
    public enum Type {
        /** Truth values of one byte, 0 or 1. */
        BOOL(1),
        /** Whole numbers from 0 to 255. */
        U8(1),
        /** Whole numbers of 8 bits. */
        I8(1),
        /** Whole numbers of 16 bits. */
        I16(2),
        /** Whole numbers of 16 bits without a sign. */
        U16(2),
        /** Floating-point numbers of 16 bits, IEEE's binary16. */
        F16(2),
        /** Floating-point numbers of 16 bits: the upper half of a float32. */
        BF16(2),
        /** Whole numbers of 32 bits. */
        I32(4),
        /** Whole numbers of 32 bits without a sign. */
        U32(4),
        /** float32. */
        F32(4),
        /** float64. */
        F64(8),
        /** Whole numbers of 64 bits. */
        I64(8),
        /** Whole numbers of 64 bits without a sign. */
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

package dev.spikelane.memory;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A row-major matrix of float32 values in native memory: weights, currents, membranes.
 *
 * <p>Rows start at multiples of 64 bytes and are {@link #stride()} floats apart, the number of columns rounded up to a
 * multiple of 64; the padding holds zeros, and every writer keeps it so. So a row takes at least 256 bytes:
 * {@code [n x 1]} takes 64 times the memory of its values; see {@link #bytes}. The matrix lives as long as its arena.
 * Without an arena, any thread may use it, and its memory is freed when neither it nor one of its row views is
 * reachable; the JVM limits all such memory to {@code -XX:MaxDirectMemorySize}, by default the maximum of the heap.
 * Many threads may read a matrix whose arena is not confined; writes need the caller's synchronization.
 *
 * <p>Factories take at least one row and one column. They throw an {@link IllegalArgumentException} if a size is below
 * 1, sizes overflow, an array does not fit, or the arena allocates memory on the heap or of a mapped file. They throw
 * an {@link OutOfMemoryError} if the JVM or the system refuses the memory. Methods throw an
 * {@link IndexOutOfBoundsException} if a row or column does not exist.
 */
public final class FloatMatrix extends Signal {

    /** Multiple to which a row is padded, in floats: a 64-bit word of spikes corresponds to 64 floats. */
    public static final int ROW_MULTIPLE = 64;

    private FloatMatrix(MemorySegment segment, int rows, int columns, int stride) {
        super(segment, rows, columns, stride);
    }

    /**
     * Allocates a {@code [rows x columns]} matrix of zeros.
     *
     * @param arena the arena that owns the memory
     * @param rows number of rows, at least 1
     * @param columns number of columns, at least 1
     * @return the matrix
     * @throws IllegalArgumentException if a size is below 1, the sizes overflow, or the arena allocates memory on the
     *     heap or of a mapped file
     * @throws OutOfMemoryError if the system refuses the memory
     */
    public static FloatMatrix zeros(Arena arena, int rows, int columns) {
        Memory.requireSize("FloatMatrix", rows, columns);
        long stride = stride(columns);
        if (stride > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("FloatMatrix has " + columns + " columns, expected at most "
                    + (Integer.MAX_VALUE - ROW_MULTIPLE + 1));
        }
        MemorySegment segment = Memory.allocate(arena, "FloatMatrix", rows, columns, stride * Float.BYTES);
        return new FloatMatrix(segment, rows, columns, (int) stride);
    }

    /**
     * Returns the memory of a matrix, padding included.
     *
     * @param rows number of rows, at least 1
     * @param columns number of columns, at least 1
     * @return bytes, 4 for each float of a padded row; {@link Long#MAX_VALUE} if they are more
     * @throws IllegalArgumentException if a size is below 1
     */
    public static long bytes(int rows, int columns) {
        Memory.requireSize("FloatMatrix", rows, columns);
        return Memory.bytes(rows, stride(columns) * Float.BYTES);
    }

    private static long stride(int columns) {
        return ((long) columns + ROW_MULTIPLE - 1) / ROW_MULTIPLE * ROW_MULTIPLE;
    }

    /**
     * Allocates a {@code [rows x columns]} matrix and fills it from an array.
     *
     * @param arena the arena that owns the memory
     * @param rows number of rows, at least 1
     * @param columns number of columns, at least 1
     * @param values {@code rows * columns} values, row after row
     * @return the matrix
     * @throws IllegalArgumentException if a size is below 1 or {@code values} has another length
     */
    public static FloatMatrix copyOf(Arena arena, int rows, int columns, float[] values) {
        FloatMatrix matrix = zeros(arena, rows, columns);
        matrix.copyFrom(values);
        return matrix;
    }

    /**
     * Allocates a {@code [1 x values.length]} matrix: a vector.
     *
     * @param arena the arena that owns the memory
     * @param values the values, at least one
     * @return the matrix
     * @throws IllegalArgumentException if {@code values} is empty
     */
    public static FloatMatrix vector(Arena arena, float... values) {
        return copyOf(arena, 1, values.length, values);
    }

    /**
     * Allocates a {@code [rows x columns]} matrix of zeros that any thread may use and that needs no arena: its memory
     * is freed after the matrix and all its row views have been forgotten. The JVM limits all such memory to
     * {@code -XX:MaxDirectMemorySize}, by default as much as the heap may take.
     *
     * @param rows number of rows, at least 1
     * @param columns number of columns, at least 1
     * @return the matrix
     * @throws IllegalArgumentException if a size is below 1 or the sizes overflow
     * @throws OutOfMemoryError if the JVM or the system refuses the memory
     */
    public static FloatMatrix zeros(int rows, int columns) {
        return zeros(NativeMemory.ofAuto(), rows, columns);
    }

    /**
     * Allocates a {@code [rows x columns]} matrix without an arena, as {@link #zeros(int, int)} does, and fills it from
     * an array.
     *
     * @param rows number of rows, at least 1
     * @param columns number of columns, at least 1
     * @param values {@code rows * columns} values, row after row
     * @return the matrix
     * @throws IllegalArgumentException if a size is below 1 or {@code values} has another length
     */
    public static FloatMatrix copyOf(int rows, int columns, float[] values) {
        FloatMatrix matrix = zeros(rows, columns);
        matrix.copyFrom(values);
        return matrix;
    }

    /**
     * Allocates a {@code [1 x values.length]} matrix, a vector, without an arena, as {@link #zeros(int, int)} does.
     *
     * @param values the values, at least one
     * @return the matrix
     * @throws IllegalArgumentException if {@code values} is empty
     */
    public static FloatMatrix vector(float... values) {
        return copyOf(1, values.length, values);
    }

    /**
     * Allocates a matrix without an arena, as {@link #zeros(int, int)} does, and fills it from arrays, one a row.
     *
     * @param rows the rows, at least one, all of the same length
     * @return the matrix, {@code [rows.length x rows[0].length]}
     * @throws IllegalArgumentException if there is no row, a row is empty or the lengths differ
     */
    public static FloatMatrix of(float[]... rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        for (int row = 1; row < rows.length; row++) {
            if (rows[row].length != columns) {
                throw new IllegalArgumentException(
                        "row " + row + " has " + rows[row].length + " values, expected " + columns + ", as in row 0");
            }
        }
        FloatMatrix matrix = zeros(rows.length, columns);
        for (int row = 0; row < rows.length; row++) {
            MemorySegment.copy(rows[row], 0, matrix.segment, JAVA_FLOAT, matrix.rowOffset(row), columns);
        }
        return matrix;
    }

    @Override
    public long rowOffset(int row) {
        return (long) row * stride * Float.BYTES;
    }

    /**
     * Reads one value.
     *
     * @param row the row
     * @param column the column
     * @return the value
     * @throws IndexOutOfBoundsException if there is no such row or column
     */
    public float get(int row, int column) {
        Memory.requireIndex("FloatMatrix", row, rows, column, columns);
        return segment.get(JAVA_FLOAT, rowOffset(row) + (long) column * Float.BYTES);
    }

    /**
     * Writes one value.
     *
     * @param row the row
     * @param column the column
     * @param value the value
     * @throws IndexOutOfBoundsException if there is no such row or column
     */
    public void set(int row, int column, float value) {
        Memory.requireIndex("FloatMatrix", row, rows, column, columns);
        segment.set(JAVA_FLOAT, rowOffset(row) + (long) column * Float.BYTES, value);
    }

    /**
     * Writes one value to every element; the padding stays zero.
     *
     * @param value the value
     */
    public void fill(float value) {
        Memory.requireAccessible(this);
        if (Float.floatToRawIntBits(value) == 0) {
            segment.fill((byte) 0);
            return;
        }
        for (int row = 0; row < rows; row++) {
            long offset = rowOffset(row);
            for (int column = 0; column < columns; column++) {
                segment.set(JAVA_FLOAT, offset + (long) column * Float.BYTES, value);
            }
        }
    }

    /**
     * Copies all elements from an array.
     *
     * @param values {@code rows * columns} values, row after row
     * @throws IllegalArgumentException if the array has another length
     */
    public void copyFrom(float[] values) {
        Memory.requireLength(this, values.length);
        Memory.requireAccessible(this);
        for (int row = 0; row < rows; row++) {
            MemorySegment.copy(values, row * columns, segment, JAVA_FLOAT, rowOffset(row), columns);
        }
    }

    /**
     * Copies all elements from a matrix of the same shape.
     *
     * @param source the matrix to copy
     * @throws IllegalArgumentException if it has another shape
     */
    public void copyFrom(FloatMatrix source) {
        Memory.requireAccessible(this);
        source.requireShape("source", rows, columns);
        MemorySegment.copy(source.segment, 0, segment, 0, segment.byteSize());
    }

    /**
     * Copies all elements into an array.
     *
     * @param values receives {@code rows * columns} values, row after row
     * @throws IllegalArgumentException if the array has another length
     */
    public void copyTo(float[] values) {
        Memory.requireLength(this, values.length);
        Memory.requireAccessible(this);
        for (int row = 0; row < rows; row++) {
            MemorySegment.copy(segment, JAVA_FLOAT, rowOffset(row), values, row * columns, columns);
        }
    }

    /**
     * {@return all elements in a new array, row after row}
     *
     * @throws IllegalArgumentException if they do not fit one array
     */
    public float[] toArray() {
        Memory.requireArray(this);
        float[] values = new float[rows * columns];
        copyTo(values);
        return values;
    }

    @Override
    public FloatMatrix rows(int first, int count) {
        Memory.requireRows("FloatMatrix", first, count, rows);
        return new FloatMatrix(segment.asSlice(rowOffset(first), rowOffset(count)), count, columns, stride);
    }

    @Override
    public FloatMatrix inRowsOf(int narrower) {
        Signal known = reshaped(narrower);
        return known == null
                ? keep(new FloatMatrix(segment, narrowRows(narrower), narrower, narrower))
                : (FloatMatrix) known;
    }

    @Override
    public FloatMatrix gather(int... which) {
        return RowCopies.gather("FloatMatrix", this, zeros(which.length, columns), which);
    }

    @Override
    public FloatMatrix sample(int sample, int batch) {
        int steps = RowCopies.steps(this, batch);
        return RowCopies.sample(this, zeros(steps, columns), RowCopies.requireSample(sample, batch), batch);
    }

    /**
     * Copies the rows of several matrices into a new one, in order.
     *
     * @param parts at least one matrix, all with equal columns
     * @return the matrix
     * @throws IllegalArgumentException if there is none, or their columns differ
     */
    public static FloatMatrix concatenate(FloatMatrix... parts) {
        return RowCopies.concatenate(zeros(RowCopies.rowsOf(parts), parts[0].columns), parts);
    }

    /**
     * Copies a column, for example the values of one neuron.
     *
     * @param column the column
     * @return a value for each row
     * @throws IndexOutOfBoundsException if there is no such column
     */
    public float[] column(int column) {
        float[] values = new float[rows];
        for (int row = 0; row < rows; row++) {
            values[row] = get(row, column);
        }
        return values;
    }

    /**
     * Returns the transposed matrix: weights of {@code [inputs x outputs]} become torch's {@code [outputs x inputs]}.
     *
     * @return a new matrix, {@code [columns x rows]}
     */
    public FloatMatrix transposed() {
        FloatMatrix transposed = zeros(columns, rows);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                transposed.set(column, row, get(row, column));
            }
        }
        return transposed;
    }

    /**
     * Adds up the steps of time-major rows ({@code row = step * batch + sample}), ascending, from zero.
     *
     * @param batch samples per step, a divisor of the rows
     * @return a new matrix, {@code [batch x columns]}
     * @throws IllegalArgumentException if the batch does not divide the rows
     */
    public FloatMatrix sumOverSteps(int batch) {
        int steps = RowCopies.steps(this, batch);
        FloatMatrix sum = zeros(batch, columns);
        for (int step = 0; step < steps; step++) {
            for (int sample = 0; sample < batch; sample++) {
                for (int column = 0; column < columns; column++) {
                    sum.set(sample, column, sum.get(sample, column) + get(step * batch + sample, column));
                }
            }
        }
        return sum;
    }

    /**
     * Computes the mean of the steps of time-major rows: {@link #sumOverSteps} divided by the steps.
     *
     * @param batch samples per step, a divisor of the rows
     * @return a new matrix, {@code [batch x columns]}
     * @throws IllegalArgumentException if the batch does not divide the rows
     */
    public FloatMatrix meanOverSteps(int batch) {
        int steps = RowCopies.steps(this, batch);
        FloatMatrix mean = sumOverSteps(batch);
        for (int sample = 0; sample < batch; sample++) {
            for (int column = 0; column < columns; column++) {
                mean.set(sample, column, mean.get(sample, column) / steps);
            }
        }
        return mean;
    }

    /**
     * Returns true if another matrix shares memory with this one, in part at least, as {@linkplain #rows views of rows}
     * may. Allocates nothing.
     *
     * @param other the other matrix
     * @return true if an element of one is an element of the other
     */
    public boolean sharesMemory(FloatMatrix other) {
        return Memory.overlap(segment, other.segment);
    }

    /**
     * Throws if an element is not finite.
     *
     * @param name the name of this matrix in the message
     * @throws IllegalArgumentException if an element is NaN or infinite; the message names the first one
     */
    public void requireFinite(String name) {
        requireAccessible(name);
        Finite.require(name, this);
    }
}

package dev.spikelane.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * A matrix of spikes in native memory, one bit for each: 1 if the neuron fires.
 *
 * <p>A row is {@link #stride()} 64-bit words; column {@code c} is bit {@code c % 64} (from the lowest) of word
 * {@code c / 64}. Bits after the last column are zero, and every writer keeps them zero. A row takes at least 8 bytes,
 * so {@code [n x 1]} takes 64 times the memory of its bits; see {@link #bytes}. Memory, threads and errors are as for
 * {@link FloatMatrix}; arrays have {@code rows * columns} values, row after row, each 0 or 1, and other values are an
 * {@link IllegalArgumentException}. Methods throw an {@link IndexOutOfBoundsException} if a row or column does not
 * exist.
 */
public final class SpikeMatrix extends Signal {

    /** Words of a loop. */
    private static final int COUNTED = 1 << 10;

    private SpikeMatrix(MemorySegment segment, int rows, int columns, int stride) {
        super(segment, rows, columns, stride);
    }

    /**
     * Allocates a {@code [rows x columns]} matrix without a spike.
     *
     * @param arena the arena that owns the memory
     * @param rows number of rows, at least 1
     * @param columns number of columns (neurons), at least 1
     * @return the matrix
     * @throws IllegalArgumentException if a size is below 1, or the arena allocates memory on the heap or of a mapped
     *     file
     * @throws OutOfMemoryError if the system refuses the memory
     */
    public static SpikeMatrix zeros(Arena arena, int rows, int columns) {
        Memory.requireSize("SpikeMatrix", rows, columns);
        int stride = stride(columns);
        MemorySegment segment = Memory.allocate(arena, "SpikeMatrix", rows, columns, (long) stride * Long.BYTES);
        return new SpikeMatrix(segment, rows, columns, stride);
    }

    /**
     * Returns the memory of a matrix, padding included.
     *
     * @param rows number of rows, at least 1
     * @param columns number of columns, at least 1
     * @return bytes, 8 for each 64 columns or part of them
     * @throws IllegalArgumentException if a size is below 1
     */
    public static long bytes(int rows, int columns) {
        Memory.requireSize("SpikeMatrix", rows, columns);
        return Memory.bytes(rows, (long) stride(columns) * Long.BYTES);
    }

    private static int stride(int columns) {
        return (columns - 1) / Long.SIZE + 1;
    }

    /**
     * Allocates a {@code [rows x columns]} matrix and fills it from an array.
     *
     * @param arena the arena that owns the memory
     * @param rows number of rows, at least 1
     * @param columns number of columns, at least 1
     * @param spikes {@code rows * columns} values, row after row, each 0 or 1
     * @return the matrix
     * @throws IllegalArgumentException if a size is below 1, {@code spikes} has another length or another value, or the
     *     arena allocates memory on the heap or of a mapped file
     */
    public static SpikeMatrix copyOf(Arena arena, int rows, int columns, byte[] spikes) {
        SpikeMatrix matrix = zeros(arena, rows, columns);
        matrix.copyFrom(spikes);
        return matrix;
    }

    /**
     * Allocates a {@code [rows x columns]} matrix without a spike that any thread may use and that needs no arena: its
     * memory is freed after the matrix and all its row views have been forgotten. The JVM limits all such memory to
     * {@code -XX:MaxDirectMemorySize}, by default as much as the heap may take.
     *
     * @param rows number of rows, at least 1
     * @param columns number of columns (neurons), at least 1
     * @return the matrix
     * @throws IllegalArgumentException if a size is below 1
     * @throws OutOfMemoryError if the JVM or the system refuses the memory
     */
    public static SpikeMatrix zeros(int rows, int columns) {
        return zeros(NativeMemory.ofAuto(), rows, columns);
    }

    /**
     * Allocates a {@code [rows x columns]} matrix without an arena, as {@link #zeros(int, int)} does, and fills it from
     * an array.
     *
     * @param rows number of rows, at least 1
     * @param columns number of columns, at least 1
     * @param spikes {@code rows * columns} values, row after row, each 0 or 1
     * @return the matrix
     * @throws IllegalArgumentException if a size is below 1, {@code spikes} has another length or another value
     */
    public static SpikeMatrix copyOf(int rows, int columns, byte[] spikes) {
        SpikeMatrix matrix = zeros(rows, columns);
        matrix.copyFrom(spikes);
        return matrix;
    }

    @Override
    public long rowOffset(int row) {
        return (long) row * stride * Long.BYTES;
    }

    /**
     * Returns true if a neuron fires.
     *
     * @param row the row
     * @param column the neuron
     * @return whether there is a spike
     * @throws IndexOutOfBoundsException if there is no such row or column
     */
    public boolean get(int row, int column) {
        Memory.requireIndex("SpikeMatrix", row, rows, column, columns);
        return (word(row, column / Long.SIZE) >>> column & 1) != 0;
    }

    /**
     * Sets or clears one spike.
     *
     * @param row the row
     * @param column the neuron
     * @param spike whether it fires
     * @throws IndexOutOfBoundsException if there is no such row or column
     */
    public void set(int row, int column, boolean spike) {
        Memory.requireIndex("SpikeMatrix", row, rows, column, columns);
        long offset = rowOffset(row) + (long) (column / Long.SIZE) * Long.BYTES;
        long bit = 1L << column;
        long word = segment.get(JAVA_LONG, offset);
        segment.set(JAVA_LONG, offset, spike ? word | bit : word & ~bit);
    }

    /**
     * Replaces the spikes of a row.
     *
     * @param row the row
     * @param neurons the neurons that fire, in any order; may repeat
     * @throws IndexOutOfBoundsException if there is no such row or neuron; nothing is written then
     */
    public void set(int row, int[] neurons) {
        for (int neuron : Objects.requireNonNull(neurons, "neurons")) {
            Memory.requireIndex("SpikeMatrix", row, rows, neuron, columns);
        }
        Memory.requireIndex("SpikeMatrix", row, rows, 0, columns);
        clear(row, 1);
        for (int neuron : neurons) {
            set(row, neuron, true);
        }
    }

    /**
     * Finds the next neuron of a row that fires, without allocation:
     * {@code for (int i = spikes.next(row, 0); i >= 0; i = spikes.next(row, i + 1))}.
     *
     * @param row the row
     * @param from the first neuron of the search, from 0; may be past the last
     * @return the first that fires, or -1
     * @throws IndexOutOfBoundsException if there is no such row, or {@code from} is negative
     */
    public int next(int row, int from) {
        Memory.requireIndex("SpikeMatrix", row, rows, Math.min(from, columns - 1), columns);
        for (int word = from / Long.SIZE; word * (long) Long.SIZE < columns; word++) {
            long spikes = word(row, word);
            if (word == from / Long.SIZE) {
                spikes &= -1L << from;
            }
            if (spikes != 0) {
                return word * Long.SIZE + Long.numberOfTrailingZeros(spikes);
            }
        }
        return -1;
    }

    /**
     * Calls back for each neuron of a row that fires, ascending.
     *
     * @param row the row
     * @param action is given the neuron
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public void forEachSpike(int row, IntConsumer action) {
        Objects.requireNonNull(action, "action");
        for (int neuron = next(row, 0); neuron >= 0; neuron = next(row, neuron + 1)) {
            action.accept(neuron);
        }
    }

    /** Clears every spike. */
    public void clear() {
        Memory.requireAccessible(this);
        segment.fill((byte) 0);
    }

    /**
     * Clears the spikes of some rows.
     *
     * @param first the first row
     * @param count how many rows, at least 1
     * @throws IndexOutOfBoundsException if the rows are not all there
     */
    public void clear(int first, int count) {
        Memory.requireRows("SpikeMatrix", first, count, rows);
        long end = rowOffset(first + count);
        for (long at = rowOffset(first); at < end; at += Long.BYTES) { // a slice to fill may be allocated
            segment.set(JAVA_LONG, at, 0);
        }
    }

    /**
     * Copies all spikes from an array.
     *
     * @param spikes the spikes
     * @throws IllegalArgumentException if the array does not fit; nothing is written then
     */
    public void copyFrom(byte[] spikes) {
        Memory.requireLength(this, spikes.length);
        Memory.requireAccessible(this);
        for (int i = 0; i < spikes.length; i++) {
            if ((spikes[i] & ~1) != 0) {
                throw new IllegalArgumentException("spike at row " + i / columns + ", column " + i % columns + " is "
                        + spikes[i] + ", expected 0 or 1");
            }
        }
        for (int row = 0; row < rows; row++) {
            for (int w = 0; w < stride; w++) {
                long word = 0;
                int last = Math.min(columns - w * Long.SIZE, Long.SIZE);
                for (int bit = 0; bit < last; bit++) {
                    word |= (long) spikes[row * columns + w * Long.SIZE + bit] << bit;
                }
                segment.set(JAVA_LONG, rowOffset(row) + (long) w * Long.BYTES, word);
            }
        }
    }

    /**
     * Copies all spikes from a matrix of the same shape.
     *
     * @param source the matrix to copy
     * @throws IllegalArgumentException if it has another shape
     */
    public void copyFrom(SpikeMatrix source) {
        Memory.requireAccessible(this);
        source.requireShape("source", rows, columns);
        MemorySegment.copy(source.segment, 0, segment, 0, segment.byteSize());
    }

    /**
     * Copies all spikes into an array.
     *
     * @param spikes receives the spikes
     * @throws IllegalArgumentException if the array has another length
     */
    public void copyTo(byte[] spikes) {
        Memory.requireLength(this, spikes.length);
        Memory.requireAccessible(this);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                spikes[row * columns + column] = (byte) (word(row, column / Long.SIZE) >>> column & 1);
            }
        }
    }

    /**
     * {@return all spikes in a new array}
     *
     * @throws IllegalArgumentException if they do not fit one array
     */
    public byte[] toArray() {
        Memory.requireArray(this);
        byte[] spikes = new byte[rows * columns];
        copyTo(spikes);
        return spikes;
    }

    /**
     * Counts the spikes of some rows.
     *
     * @param first the first row
     * @param count how many rows, at least 1
     * @return the number of spikes in them
     * @throws IndexOutOfBoundsException if the rows are not all there
     */
    public long count(int first, int count) {
        Memory.requireRows("SpikeMatrix", first, count, rows);
        Memory.requireAccessible(this);
        long spikes = 0;
        long end = rowOffset(first + count);
        for (long at = rowOffset(first); at < end; at += (long) COUNTED * Long.BYTES) {
            spikes += countWords(at, (int) Math.min(COUNTED, (end - at) / Long.BYTES));
        }
        return spikes;
    }

    private long countWords(long at, int words) {
        long spikes = 0;
        for (int word = 0; word < words; word++) { // an int, so that C2 makes vectors of it
            spikes += Long.bitCount(segment.get(JAVA_LONG, at + (long) word * Long.BYTES));
        }
        return spikes;
    }

    /** {@return the number of all spikes} */
    public long count() {
        return count(0, rows);
    }

    /** {@return the share of elements that are spikes, from 0 to 1} */
    public double density() {
        return (double) count() / ((double) rows * columns);
    }

    @Override
    public SpikeMatrix rows(int first, int count) {
        Memory.requireRows("SpikeMatrix", first, count, rows);
        return new SpikeMatrix(segment.asSlice(rowOffset(first), rowOffset(count)), count, columns, stride);
    }

    @Override
    public SpikeMatrix inRowsOf(int narrower) {
        Signal known = reshaped(narrower);
        return known == null
                ? keep(new SpikeMatrix(segment, narrowRows(narrower), narrower, narrower / Long.SIZE))
                : (SpikeMatrix) known;
    }

    @Override
    public SpikeMatrix gather(int... which) {
        return RowCopies.gather("SpikeMatrix", this, zeros(which.length, columns), which);
    }

    @Override
    public SpikeMatrix sample(int sample, int batch) {
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
    public static SpikeMatrix concatenate(SpikeMatrix... parts) {
        return RowCopies.concatenate(zeros(RowCopies.rowsOf(parts), parts[0].columns), parts);
    }

    /**
     * Copies a column, for example the spikes of one neuron.
     *
     * @param column the column
     * @return for each row whether it fired
     * @throws IndexOutOfBoundsException if there is no such column
     */
    public boolean[] column(int column) {
        boolean[] spikes = new boolean[rows];
        for (int row = 0; row < rows; row++) {
            spikes[row] = get(row, column);
        }
        return spikes;
    }

    /**
     * Returns true if another matrix shares memory with this one, as for {@link FloatMatrix#sharesMemory}.
     *
     * @param other the other matrix
     * @return true if an element of one is an element of the other
     */
    public boolean sharesMemory(SpikeMatrix other) {
        return Memory.overlap(segment, other.segment);
    }

    private long word(int row, int word) {
        return segment.get(JAVA_LONG, rowOffset(row) + (long) word * Long.BYTES);
    }
}

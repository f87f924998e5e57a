package dev.spikelane.memory;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The rows that populations exchange: a matrix in time-major order, {@code row = step * batch + sample}, of spikes
 * (bits, {@link SpikeMatrix}) or values (float32, {@link FloatMatrix}), in native memory. Methods throw an
 * {@link IndexOutOfBoundsException} if a row, column or sample does not exist.
 */
public abstract sealed class Signal permits SpikeMatrix, FloatMatrix {

    final MemorySegment segment;
    final int rows;
    final int columns;
    final int stride;
    /** A chain of cached views in narrower rows, or null. Threads may create a view twice, without harm. */
    private @Nullable Signal reshaped;

    Signal(MemorySegment segment, int rows, int columns, int stride) {
        this.segment = segment;
        this.rows = rows;
        this.columns = columns;
        this.stride = stride;
    }

    /** {@return the number of rows, at least 1} */
    public final int rows() {
        return rows;
    }

    /** {@return the number of columns (neurons) without padding, at least 1} */
    public final int columns() {
        return columns;
    }

    /** {@return the distance of two rows in elements of storage: floats of values, 64-bit words of spikes} */
    public final int stride() {
        return stride;
    }

    /**
     * {@return the native memory, {@code rows * stride} floats or words in native byte order} A writer keeps the
     * padding zero.
     */
    public final MemorySegment segment() {
        return segment;
    }

    /**
     * Returns the offset of a row.
     *
     * @param row the row; not checked
     * @return bytes from the start of {@link #segment()}
     */
    public abstract long rowOffset(int row);

    /**
     * Returns a view of some rows, which shares the memory. It allocates a small object: make it once, outside hot
     * paths.
     *
     * @param first the first row
     * @param count how many rows, at least 1
     * @return the view, {@code [count x columns]}
     * @throws IndexOutOfBoundsException if the rows are not all there
     */
    public abstract Signal rows(int first, int count);

    /**
     * Returns a view in which each row is cut into narrower rows, such as the positions of a map whose channels are
     * whole words. The view of each width is cached.
     *
     * @param narrower columns of the view, a multiple of 64 that divides the columns of this matrix
     * @return the view, {@code [rows * columns / narrower x narrower]}, which shares the memory
     * @throws IllegalArgumentException if {@code narrower} is not a multiple of 64, or does not divide the columns
     */
    public abstract Signal inRowsOf(int narrower);

    /** Returns the cached view with {@code narrower} columns, or null. */
    final @Nullable Signal reshaped(int narrower) {
        if (narrower < 1 || narrower % FloatMatrix.ROW_MULTIPLE != 0 || columns % narrower != 0) {
            throw new IllegalArgumentException("rows have " + columns + " columns, expected a multiple of " + narrower
                    + ", which is a multiple of " + FloatMatrix.ROW_MULTIPLE);
        }
        Signal known = reshaped;
        while (known != null && known.columns != narrower) {
            known = known.reshaped;
        }
        return known;
    }

    /** Adds a view to the cache: maps of other channels may alternate in one memory. */
    final <S extends Signal> S keep(S view) {
        Signal made = view;
        made.reshaped = reshaped;
        reshaped = made;
        return view;
    }

    final int narrowRows(int narrower) {
        return Math.multiplyExact(rows, columns / narrower);
    }

    /**
     * Copies some rows, for example the samples of a batch.
     *
     * @param rows the rows in the order of the copy, at least one; a row may be named several times
     * @return a matrix of its own, {@code [rows.length x columns]}
     * @throws IndexOutOfBoundsException if there is no such row
     * @throws IllegalArgumentException if no row is named
     */
    public abstract Signal gather(int... rows);

    /**
     * Copies the rows of one sample in all steps, of time-major rows ({@code row = step * batch + sample}).
     *
     * @param sample the sample, from 0
     * @param batch samples side by side, a divisor of the rows
     * @return a matrix of its own, {@code [steps x columns]}
     * @throws IndexOutOfBoundsException if there is no such sample
     * @throws IllegalArgumentException if the batch does not divide the rows
     */
    public abstract Signal sample(int sample, int batch);

    /**
     * Throws unless this matrix has a shape and the current thread can use it.
     *
     * @param name the name of this matrix in the message
     * @param expectedRows the rows
     * @param expectedColumns the columns
     * @throws IllegalArgumentException if it has another shape
     * @throws IllegalStateException if its arena is closed
     * @throws WrongThreadException if its arena is confined to another thread
     */
    public final void requireShape(String name, int expectedRows, int expectedColumns) {
        if (rows != expectedRows || columns != expectedColumns) {
            throw new IllegalArgumentException(name + " is [" + rows + " x " + columns + "], expected [" + expectedRows
                    + " x " + expectedColumns + "]");
        }
        requireAccessible(name);
    }

    /**
     * Throws unless the current thread can use this matrix.
     *
     * @param name the name of this matrix in the message
     * @throws IllegalStateException if its arena is closed
     * @throws WrongThreadException if its arena is confined to another thread
     */
    public final void requireAccessible(String name) {
        if (!Memory.isAccessible(segment)) {
            throw Memory.inaccessible(segment, name);
        }
    }

    /** {@return true if every thread may use this matrix: its arena is shared, global or automatic} */
    public final boolean isShared() {
        return Memory.isShared(segment);
    }

    /**
     * Throws unless every thread may use this matrix.
     *
     * @param name the name of this matrix in the message
     * @throws IllegalArgumentException if its arena is confined to one thread; the message names an alternative
     */
    public final void requireShared(String name) {
        if (!isShared()) {
            throw new IllegalArgumentException("the arena of " + name
                    + " is confined to one thread, expected Arena.ofShared(), or no arena for memory that "
                    + "is freed by itself");
        }
    }

    @Override
    public final String toString() {
        return Preview.of(this);
    }
}

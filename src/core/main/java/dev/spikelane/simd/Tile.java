package dev.spikelane.simd;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Some blocks of {@value FloatMatrix#ROW_MULTIPLE} columns of rows, such as the currents that one thread computes for
 * its neurons. The matrix has all columns ({@link #whole}), or only the columns of the blocks in use, from its column 0
 * on ({@link #of}). Methods throw an {@link IllegalArgumentException} if blocks, columns or rows do not fit.
 *
 * <p>A tile can be set to other blocks and matrices without allocation. One thread uses it at a time; threads that
 * share a matrix need one tile each.
 */
public final class Tile {

    private final boolean whole;
    private FloatMatrix matrix;
    private int columns;
    /** The block in column 0 of the matrix. */
    private int originBlock;

    private int firstBlock;
    private int endBlock;

    private Tile(boolean whole, FloatMatrix matrix, int columns) {
        this.whole = whole;
        this.matrix = matrix;
        this.columns = columns;
        on(matrix);
    }

    /** Creates a tile of all blocks of a matrix with all columns. */
    public static Tile whole(FloatMatrix matrix) {
        return new Tile(true, matrix, matrix.columns());
    }

    /**
     * Creates a tile of a matrix that has only the blocks in use; at first these are the first ones.
     *
     * @param matrix memory for some blocks, all columns of which may be written
     * @param columns the columns of the whole rows
     */
    public static Tile of(FloatMatrix matrix, int columns) {
        if (columns < 1) {
            throw new IllegalArgumentException("columns is " + columns + ", expected at least 1");
        }
        return new Tile(false, matrix, columns);
    }

    public Tile another() {
        return new Tile(whole, matrix, columns).at(this);
    }

    /**
     * Sets the matrix, with as many of the first blocks in use as it has.
     *
     * @param other a matrix with all columns, in any number, if this tile was created by {@link #whole}; else memory
     *     for some blocks
     */
    public Tile on(FloatMatrix other) {
        if (whole) {
            columns = other.columns();
        } else if (other.columns() != other.stride()) {
            throw new IllegalArgumentException(
                    "a tile has " + other.columns() + " columns, expected a multiple of " + FloatMatrix.ROW_MULTIPLE);
        }
        matrix = other;
        originBlock = 0;
        firstBlock = 0;
        endBlock = Math.min(blocks(), other.stride() / FloatMatrix.ROW_MULTIPLE);
        return this;
    }

    /** Sets the blocks in use, from {@code first} until {@code end}. */
    public Tile at(int first, int end) {
        if (first < 0 || end <= first || end > blocks()) {
            throw new IllegalArgumentException(
                    "block range is [" + first + ", " + end + "), expected a part of [0, " + blocks() + ")");
        }
        if (!whole && end - first > matrix.stride() / FloatMatrix.ROW_MULTIPLE) {
            throw new IllegalArgumentException("block range is [" + first + ", " + end + "), expected at most "
                    + matrix.stride() / FloatMatrix.ROW_MULTIPLE + " blocks, as the tile is " + matrix.columns()
                    + " columns wide");
        }
        originBlock = whole ? 0 : first;
        firstBlock = first;
        endBlock = end;
        return this;
    }

    /**
     * Selects some of the blocks in use without moving them: the values in the matrix stay in place until {@link #at}
     * is called.
     */
    public Tile narrow(int first, int end) {
        int room = matrix.stride() / FloatMatrix.ROW_MULTIPLE;
        if (first < originBlock || end <= first || end > Math.min(blocks(), originBlock + room)) {
            throw new IllegalArgumentException("block range is [" + first + ", " + end + "), expected a part of ["
                    + originBlock + ", " + Math.min(blocks(), originBlock + room) + ")");
        }
        firstBlock = first;
        endBlock = end;
        return this;
    }

    public Tile at(Tile other) {
        return at(other.firstBlock, other.endBlock);
    }

    public FloatMatrix matrix() {
        return matrix;
    }

    public int columns() {
        return columns;
    }

    /** Returns the number of blocks of the whole rows; the last may have fewer than 64 columns. */
    public int blocks() {
        return (columns - 1) / FloatMatrix.ROW_MULTIPLE + 1;
    }

    public int firstBlock() {
        return firstBlock;
    }

    public int endBlock() {
        return endBlock;
    }

    public int firstColumn() {
        return firstBlock * FloatMatrix.ROW_MULTIPLE;
    }

    /** Returns the column after the last in use, without padding. */
    public int endColumn() {
        return (int) Math.min((long) endBlock * FloatMatrix.ROW_MULTIPLE, columns);
    }

    public boolean all() {
        return firstBlock == 0 && endBlock == blocks();
    }

    /** Returns the column of the rows that is column 0 of the matrix. */
    public int origin() {
        return originBlock * FloatMatrix.ROW_MULTIPLE;
    }

    public long offset(int row, int block) {
        return matrix.rowOffset(row) + ((long) block * FloatMatrix.ROW_MULTIPLE - origin()) * Float.BYTES;
    }

    /** Copies rows of the blocks in use from a matrix with all columns. */
    public void copyFrom(FloatMatrix from, int fromRow, int row, int rows) {
        from.requireShape("from", from.rows(), columns);
        for (int i = 0; i < rows; i++) {
            long at = from.rowOffset(fromRow + i) + (long) firstColumn() * Float.BYTES;
            MemorySegment.copy(from.segment(), at, matrix.segment(), offset(row + i, firstBlock), bytes());
        }
    }

    public void copyTo(int row, FloatMatrix to, int toRow, int rows) {
        to.requireShape("to", to.rows(), columns);
        for (int i = 0; i < rows; i++) {
            long at = to.rowOffset(toRow + i) + (long) firstColumn() * Float.BYTES;
            MemorySegment.copy(matrix.segment(), offset(row + i, firstBlock), to.segment(), at, bytes());
        }
    }

    private long bytes() {
        return (endBlock - firstBlock) * (long) FloatMatrix.ROW_MULTIPLE * Float.BYTES;
    }

    /**
     * Requires enough rows and the expected columns, in accessible memory.
     *
     * @param name the name of the tile in the message
     * @param rows number of rows, at least 1
     * @param expected the columns of the whole rows
     * @throws IllegalStateException if the arena is closed
     * @throws WrongThreadException if the arena is confined to another thread
     */
    public void require(String name, int rows, int expected) {
        if (rows < 1 || rows > matrix.rows()) {
            throw new IllegalArgumentException(
                    name + " has " + matrix.rows() + " rows, expected at least " + rows + " and at least 1 in use");
        }
        if (whole) {
            matrix.requireShape(name, matrix.rows(), expected);
            return;
        }
        matrix.requireShape(name, matrix.rows(), matrix.columns());
        if (columns != expected) {
            throw new IllegalArgumentException(
                    name + " is a tile of " + columns + " columns, expected one of " + expected);
        }
    }

    public void requireAt(String name, Tile other) {
        if (columns != other.columns || firstBlock != other.firstBlock || endBlock != other.endBlock) {
            throw new IllegalArgumentException(name + " is " + this + ", expected " + other);
        }
    }

    @Override
    public String toString() {
        return "blocks [" + firstBlock + ", " + endBlock + ") of " + columns + " columns"
                + (whole ? "" : " in a tile of " + matrix.columns());
    }
}

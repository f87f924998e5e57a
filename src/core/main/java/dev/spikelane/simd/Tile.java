package dev.spikelane.simd;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Some blocks of {@value FloatMatrix#ROW_MULTIPLE} columns of rows, such as the currents that one thread computes for
 * its neurons. The matrix has all columns ({@link #whole}), or only the columns of the blocks in use, from its column 0
 * on ({@link #of}).
 *
 * <p>A tile can be set to other blocks and other matrices without allocating. One thread uses it at a time; threads
 * that share a matrix need one tile each.
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

    /**
     * Creates a tile of a matrix that has all columns, with all blocks in use.
     *
     * @param matrix the whole rows
     */
    public static Tile whole(FloatMatrix matrix) {
        return new Tile(true, matrix, matrix.columns());
    }

    /**
     * Creates a tile of a matrix that has only the blocks in use; at first these are the first ones.
     *
     * @param matrix memory for some blocks, all columns of which may be written
     * @param columns the columns of the whole rows
     * @throws IllegalArgumentException if {@code columns} is below 1, or the matrix has not a multiple of 64 columns
     */
    public static Tile of(FloatMatrix matrix, int columns) {
        if (columns < 1) {
            throw new IllegalArgumentException("columns is " + columns + ", expected at least 1");
        }
        return new Tile(false, matrix, columns);
    }

    /** Creates another tile of the same matrix at the same blocks, for another thread. */
    public Tile another() {
        return new Tile(whole, matrix, columns).at(this);
    }

    /**
     * Sets the matrix, with as many of the first blocks in use as it has.
     *
     * @param other a matrix with all columns, which may be another number, if this tile was created by {@link #whole};
     *     else memory for some blocks
     * @return this tile
     * @throws IllegalArgumentException if the matrix is memory for some blocks without a multiple of 64 columns
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

    /**
     * Sets the blocks in use.
     *
     * @param first the first block in use
     * @param end the block after the last
     * @return this tile
     * @throws IllegalArgumentException if there are no such blocks, or more than the matrix has columns for
     */
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
     *
     * @param first the first block in use
     * @param end the block after the last
     * @return this tile
     * @throws IllegalArgumentException if there are no such blocks, or the matrix does not have them
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

    /**
     * Sets the blocks in use as another tile has them.
     *
     * @param other a tile with as many columns
     * @return this tile
     * @throws IllegalArgumentException if there are no such blocks, or more than the matrix has columns for
     */
    public Tile at(Tile other) {
        return at(other.firstBlock, other.endBlock);
    }

    /** Returns the matrix, with all columns or only the blocks in use. */
    public FloatMatrix matrix() {
        return matrix;
    }

    /** Returns the number of columns of the whole rows. */
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

    /** Returns the block after the last in use. */
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

    /** Returns true if all blocks are in use. */
    public boolean all() {
        return firstBlock == 0 && endBlock == blocks();
    }

    /** Returns the column of the rows that is column 0 of the matrix. */
    public int origin() {
        return originBlock * FloatMatrix.ROW_MULTIPLE;
    }

    /** Returns the byte offset of a block of a row. */
    public long offset(int row, int block) {
        return matrix.rowOffset(row) + ((long) block * FloatMatrix.ROW_MULTIPLE - origin()) * Float.BYTES;
    }

    /**
     * Copies rows of the blocks in use from a matrix with all columns.
     *
     * @param from a matrix with the columns of the whole rows
     * @param fromRow the first row of the matrix
     * @param row the first row of this tile
     * @throws IllegalArgumentException if it has other columns
     * @throws IndexOutOfBoundsException if there are no such rows
     */
    public void copyFrom(FloatMatrix from, int fromRow, int row, int rows) {
        from.requireShape("from", from.rows(), columns);
        for (int i = 0; i < rows; i++) {
            long at = from.rowOffset(fromRow + i) + (long) firstColumn() * Float.BYTES;
            MemorySegment.copy(from.segment(), at, matrix.segment(), offset(row + i, firstBlock), bytes());
        }
    }

    /**
     * Copies rows of the blocks in use to a matrix with all columns.
     *
     * @param row the first row of this tile
     * @param to a matrix with the columns of the whole rows
     * @param toRow the first row of the matrix
     * @throws IllegalArgumentException if it has other columns
     * @throws IndexOutOfBoundsException if there are no such rows
     */
    public void copyTo(int row, FloatMatrix to, int toRow, int rows) {
        to.requireShape("to", to.rows(), columns);
        for (int i = 0; i < rows; i++) {
            long at = to.rowOffset(toRow + i) + (long) firstColumn() * Float.BYTES;
            MemorySegment.copy(matrix.segment(), offset(row + i, firstBlock), to.segment(), at, bytes());
        }
    }

    /** Returns the bytes of the blocks in use of a row. */
    private long bytes() {
        return (endBlock - firstBlock) * (long) FloatMatrix.ROW_MULTIPLE * Float.BYTES;
    }

    /**
     * Throws unless there are enough rows with the expected columns, in accessible memory.
     *
     * @param name the name of the tile in the message
     * @param rows the number of rows needed, at least 1
     * @param expected the columns of the whole rows
     * @throws IllegalArgumentException if there are too few rows or other columns
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

    /**
     * Throws unless this tile has the columns and blocks of another one.
     *
     * @param name the name of the tile in the message
     * @param other the other tile
     * @throws IllegalArgumentException if it has not
     */
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

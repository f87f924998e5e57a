package dev.spikelane.simd;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Some blocks of {@value FloatMatrix#ROW_MULTIPLE} columns of rows that need not be there in whole: the currents, say,
 * that a thread carries from a product to the neurons. The matrix holds all columns ({@link #whole}), or, from its
 * column 0 on, those of the blocks in use alone ({@link #of}).
 *
 * <p>An object is made once, and set to other blocks and other matrices without allocating. One thread uses it at a
 * time; threads that share a matrix have tiles of their own.
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
     * Makes a tile in a matrix that holds all columns, with all blocks in use.
     *
     * @param matrix the rows in whole
     * @return the tile
     */
    public static Tile whole(FloatMatrix matrix) {
        return new Tile(true, matrix, matrix.columns());
    }

    /**
     * Makes a tile in a matrix that holds the blocks in use alone: at first, the first ones.
     *
     * @param matrix room for some blocks, all columns of which may be written
     * @param columns columns of the rows in whole
     * @return the tile
     * @throws IllegalArgumentException if {@code columns} is below 1, or the matrix has not a multiple of 64 columns
     */
    public static Tile of(FloatMatrix matrix, int columns) {
        if (columns < 1) {
            throw new IllegalArgumentException("columns is " + columns + ", expected at least 1");
        }
        return new Tile(false, matrix, columns);
    }

    /**
     * Makes another tile of the same matrix, for another thread.
     *
     * @return a tile at the same blocks
     */
    public Tile another() {
        return new Tile(whole, matrix, columns).at(this);
    }

    /**
     * Goes to another matrix, and to as many of the first blocks as it holds.
     *
     * @param other all columns, if this one holds all of them, which may be others; or room for some blocks
     * @return this tile
     * @throws IllegalArgumentException if it is to hold some blocks and has not a multiple of 64 columns
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
     * Goes to other blocks.
     *
     * @param first the first block in use
     * @param end the block behind the last
     * @return this tile
     * @throws IllegalArgumentException if there are no such blocks, or more than the matrix has room for
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
     * Goes to some of the blocks in use, without moving them: the values in the matrix stay where they are, until
     * {@link #at} is called.
     *
     * @param first the first block in use
     * @param end the block behind the last
     * @return this tile
     * @throws IllegalArgumentException if there are no such blocks, or the matrix does not hold them
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
     * Goes to the blocks that another tile is at.
     *
     * @param other a tile of as many columns
     * @return this tile
     * @throws IllegalArgumentException if there are no such blocks, or more than the matrix has room for
     */
    public Tile at(Tile other) {
        return at(other.firstBlock, other.endBlock);
    }

    /**
     * Returns the matrix.
     *
     * @return all columns, or the blocks in use from column 0 on
     */
    public FloatMatrix matrix() {
        return matrix;
    }

    /**
     * Returns the number of columns of the rows in whole.
     *
     * @return columns, whether the matrix holds them or not
     */
    public int columns() {
        return columns;
    }

    /**
     * Returns the number of blocks of the rows in whole.
     *
     * @return blocks of 64 columns, the last of which may have fewer
     */
    public int blocks() {
        return (columns - 1) / FloatMatrix.ROW_MULTIPLE + 1;
    }

    /**
     * Returns the first block in use.
     *
     * @return a number from 0
     */
    public int firstBlock() {
        return firstBlock;
    }

    /**
     * Returns the block behind the last in use.
     *
     * @return a number, at most {@link #blocks}
     */
    public int endBlock() {
        return endBlock;
    }

    /**
     * Returns the first column in use.
     *
     * @return a multiple of 64
     */
    public int firstColumn() {
        return firstBlock * FloatMatrix.ROW_MULTIPLE;
    }

    /**
     * Returns the column behind the last in use.
     *
     * @return at most {@link #columns}: padding is left out
     */
    public int endColumn() {
        return (int) Math.min((long) endBlock * FloatMatrix.ROW_MULTIPLE, columns);
    }

    /**
     * Tells whether all blocks are in use.
     *
     * @return whether the first block in use is block 0, and the last the last
     */
    public boolean all() {
        return firstBlock == 0 && endBlock == blocks();
    }

    /**
     * Returns which column stands in column 0 of the matrix.
     *
     * @return 0, or the first column that the matrix holds
     */
    public int origin() {
        return originBlock * FloatMatrix.ROW_MULTIPLE;
    }

    /**
     * Returns where a block of a row begins.
     *
     * @param row the row
     * @param block the block
     * @return an offset in bytes
     */
    public long offset(int row, int block) {
        return matrix.rowOffset(row) + ((long) block * FloatMatrix.ROW_MULTIPLE - origin()) * Float.BYTES;
    }

    /**
     * Copies rows of the blocks in use from a matrix that holds all columns.
     *
     * @param from as many columns as the rows in whole
     * @param fromRow the first row of it
     * @param row the first row here
     * @param rows how many rows
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
     * Copies rows of the blocks in use to a matrix that holds all columns.
     *
     * @param row the first row here
     * @param to as many columns as the rows in whole
     * @param toRow the first row of it
     * @param rows how many rows
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

    /** Bytes of the blocks in use of a row. */
    private long bytes() {
        return (endBlock - firstBlock) * (long) FloatMatrix.ROW_MULTIPLE * Float.BYTES;
    }

    /**
     * Throws unless there are enough rows of as many columns as expected, in memory that can be reached.
     *
     * @param name the name of the tile in the message
     * @param rows how many rows are needed, at least 1
     * @param expected columns of the rows in whole
     * @throws IllegalArgumentException if there are others
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
     * Throws unless this tile has the columns of another one and is at the same blocks.
     *
     * @param name the name of the tile in the message
     * @param other the other tile
     * @throws IllegalArgumentException if it is not
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

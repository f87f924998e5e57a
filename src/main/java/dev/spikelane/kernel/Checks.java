package dev.spikelane.kernel;

import dev.spikelane.memory.FloatMatrix;

/** Checks at the edge of the kernels. */
final class Checks {

    private Checks() {}

    /** The first {@code rows} rows of a matrix that has {@code available}. */
    static void rows(String name, int available, int rows) {
        if (rows < 1 || rows > available) {
            throw new IllegalArgumentException(
                    name + " has " + available + " rows, expected at least " + rows + " and at least 1 in use");
        }
    }

    /** A range {@code [first, end)} of {@code count} things, not empty. */
    static void range(String name, int first, int end, int count) {
        if (first < 0 || end <= first || end > count) {
            throw new IllegalArgumentException(
                    name + " range is [" + first + ", " + end + "), expected a part of [0, " + count + ")");
        }
    }

    /** Time-major rows: whole steps of {@code batch} rows. */
    static void wholeSteps(int rows, int batch) {
        if (rows % batch != 0) {
            throw new IllegalArgumentException(rows + " rows are not a whole number of steps of batch " + batch);
        }
    }

    /**
     * The output that column 0 of {@code current} holds: a matrix as wide as all outputs holds them all, any other is a tile that holds
     * the blocks in the range.
     */
    static int firstOutput(FloatMatrix current, int outputs, int firstBlock, int endBlock) {
        int columns = current.columns();
        current.requireShape("current", current.rows(), columns);
        if (columns == outputs) {
            return 0;
        }
        long needed = (endBlock - firstBlock) * (long) Long.SIZE;
        if (columns < needed) {
            throw new IllegalArgumentException("current is " + columns + " columns wide, expected " + outputs
                    + ", or at least " + needed + " for blocks " + firstBlock + " to " + (endBlock - 1));
        }
        return firstBlock * Long.SIZE;
    }
}

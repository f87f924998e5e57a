package dev.spikelane.kernel;

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
}

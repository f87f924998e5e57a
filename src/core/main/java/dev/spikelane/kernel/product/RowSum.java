package dev.spikelane.kernel.product;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;

/** Adds currents to currents: {@code into = into + from}, in float32. */
public final class RowSum {

    private RowSum() {}

    /**
     * Adds the first rows of the blocks in use.
     *
     * @param into {@code [at least rows x columns]}, updated
     * @param from as many columns, at the same blocks; apart from {@code into}
     * @param rows the number of rows, at least 1
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    public static void add(Tile into, Tile from, int rows) {
        from.require("from", rows, into.columns());
        from.requireAt("from", into);
        add(into, from.matrix(), from.firstColumn() - from.origin(), rows);
    }

    /**
     * Adds the first rows at the blocks in use.
     *
     * @param into {@code [at least rows x columns]}, updated
     * @param from {@code [at least rows x columns]}, apart from {@code into}
     * @param rows the number of rows, at least 1
     * @throws IllegalArgumentException if a shape does not fit
     */
    public static void add(Tile into, FloatMatrix from, int rows) {
        if (from.rows() < rows || from.columns() != into.columns()) {
            throw new IllegalArgumentException("from is [" + from.rows() + " x " + from.columns()
                    + "], expected at least " + rows + " rows of " + into.columns());
        }
        add(into, from, into.firstColumn(), rows);
    }

    /**
     * Doubles the first rows of the blocks in use.
     *
     * @param into {@code [at least rows x columns]}, updated
     * @param rows the number of rows, at least 1
     * @throws IllegalArgumentException if a range does not fit
     */
    public static void twice(Tile into, int rows) {
        addRows(into, into.matrix(), into.firstColumn() - into.origin(), rows);
    }

    private static void add(Tile into, FloatMatrix from, int fromColumn, int rows) {
        Checks.apart("into", into.matrix(), "from", from);
        addRows(into, from, fromColumn, rows);
    }

    private static void addRows(Tile into, FloatMatrix from, int fromColumn, int rows) {
        into.require("into", rows, into.columns());
        int intoColumn = into.firstColumn() - into.origin();
        int blocks = into.endBlock() - into.firstBlock();
        int count = Math.min(blocks * FloatMatrix.ROW_MULTIPLE, into.columns() - into.firstColumn());
        for (int row = 0; row < rows; row++) {
            if (SimdWidth.VECTOR) {
                RowSumVector.add(into.matrix(), from, row, intoColumn, fromColumn, count);
            } else {
                scalar(into.matrix(), from, row, intoColumn, fromColumn, count);
            }
        }
    }

    /** The specification. The vector variant also adds padding, where both are 0. */
    static void scalar(FloatMatrix into, FloatMatrix from, int row, int intoColumn, int fromColumn, int count) {
        for (int i = 0; i < count; i++) {
            float sum = Elements.get(into, row, intoColumn + i) + Elements.get(from, row, fromColumn + i);
            Elements.set(into, row, intoColumn + i, sum);
        }
    }
}

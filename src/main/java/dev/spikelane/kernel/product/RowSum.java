package dev.spikelane.kernel.product;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Elements;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.memory.FloatMatrix;

/** Adds currents to currents: {@code into = into + from}, in float32. */
public final class RowSum {

    private RowSum() {}

    /**
     * Adds the first rows for some blocks of 64 columns.
     *
     * @param into {@code [at least rows x columns]}, updated there; or a tile of the blocks, {@code [at least rows x at least 64 (endBlock -
     *     firstBlock)]}
     * @param from a whole matrix or a tile, likewise; apart from {@code into}
     * @param rows how many rows, at least 1
     * @param columns columns of a whole matrix; a matrix of other columns is a tile
     * @param firstBlock the first block of columns
     * @param endBlock the block behind the last
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    public static void add(FloatMatrix into, FloatMatrix from, int rows, int columns, int firstBlock, int endBlock) {
        Checks.rows("into", into.rows(), rows);
        Checks.rows("from", from.rows(), rows);
        Checks.apart("into", into, "from", from);
        Checks.range("block", firstBlock, endBlock, Math.ceilDiv(columns, Long.SIZE));
        int intoColumn = firstBlock * Long.SIZE - Checks.firstOutput(into, columns, firstBlock, endBlock);
        int fromColumn = firstBlock * Long.SIZE - Checks.firstOutput(from, columns, firstBlock, endBlock);
        int count = (endBlock - firstBlock) * Long.SIZE;
        for (int row = 0; row < rows; row++) {
            if (SimdWidth.VECTOR) {
                RowSumVector.add(into, from, row, intoColumn, fromColumn, count);
            } else {
                scalar(into, from, row, intoColumn, fromColumn, count);
            }
        }
    }

    /** The specification: adds whole blocks, padding included, which is 0 on both sides. */
    static void scalar(FloatMatrix into, FloatMatrix from, int row, int intoColumn, int fromColumn, int count) {
        for (int i = 0; i < count; i++) {
            float sum = Elements.get(into, row, intoColumn + i) + Elements.get(from, row, fromColumn + i);
            Elements.set(into, row, intoColumn + i, sum);
        }
    }
}

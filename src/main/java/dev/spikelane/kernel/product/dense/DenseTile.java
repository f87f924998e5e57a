package dev.spikelane.kernel.product.dense;

import java.lang.foreign.MemorySegment;

/** Adds products to a tile of sums. */
abstract class DenseTile {

    /** Rows of a tile. */
    static final int ROWS = 4;

    /**
     * {@code c[row][lane] += sum over k of a[row][k] * b[k][lane]}, a fused multiply-add for each {@code k} in
     * ascending order, for up to {@value #ROWS} rows and four vectors of lanes.
     *
     * @param stepA bytes from one row of {@code a} to the next
     * @param last the last row, from 0; rows beyond repeat it, which gives the same bits again
     * @param depth how many {@code k}
     * @param at0 where the sums of row 0 are in {@code c}
     * @param step bytes from one row of {@code c} to the next
     */
    abstract void add(
            MemorySegment a,
            long fromA,
            long stepA,
            int last,
            MemorySegment b,
            long fromB,
            int depth,
            MemorySegment c,
            long at0,
            long step);
}

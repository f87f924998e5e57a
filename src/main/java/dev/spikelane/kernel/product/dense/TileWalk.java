package dev.spikelane.kernel.product.dense;

import java.lang.foreign.MemorySegment;

/**
 * Adds products to a matrix of sums, a tile after the other:
 * {@code c[row][lane] += sum over k of a[row][k] * b[k][lane]}, for a strip of lanes. It says where numbers stand, in
 * bytes, and serves one thread, again and again.
 */
public final class TileWalk {

    /** Bytes of the lanes of a strip. */
    public static final int STRIP_BYTES =
            TallTileVector.SERVES ? TallTileVector.STRIP_BYTES : WideTileVector.STRIP_BYTES;

    private static final int ROWS = TallTileVector.SERVES ? TallTileVector.ROWS : WideTileVector.ROWS;

    /** The first factor of the first row, from one row to the next, and from one {@code k} to the next. */
    public long a;

    public long rowOfA;
    public long stepOfA;
    /** The first vector, and from one {@code k} to the next. */
    public long b;

    public long stepOfB;
    /** The first sum, and from one row to the next. */
    public long c;

    public long rowOfC;

    /** Adds for some rows. Factors may be read up to a whole tile, if there are as many. */
    public void add(MemorySegment factors, MemorySegment vectors, MemorySegment sums, int rows, int depth) {
        add(factors, vectors, sums, rows, depth, false);
    }

    /** The same for a single vector of lanes. */
    public void addNarrow(MemorySegment factors, MemorySegment vectors, MemorySegment sums, int rows, int depth) {
        add(factors, vectors, sums, rows, depth, true);
    }

    private void add(
            MemorySegment factors, MemorySegment vectors, MemorySegment sums, int rows, int depth, boolean narrow) {
        int ofTile = narrow ? NarrowTileVector.ROWS : ROWS;
        for (int row = 0; row < rows; row += ofTile) {
            long from = a + row * rowOfA;
            long to = c + row * rowOfC;
            int here = Math.min(rows - row, ofTile);
            if (from + (depth - 1) * stepOfA + (ofTile - 1) * rowOfA + Float.BYTES <= factors.byteSize()) {
                addTile(factors, from, rowOfA, vectors, sums, to, here - 1, depth, narrow);
            } else {
                for (int i = 0; i < here; i++) {
                    addTile(factors, from + i * rowOfA, 0, vectors, sums, to + i * rowOfC, 0, depth, narrow);
                }
            }
        }
    }

    private void addTile(
            MemorySegment factors,
            long from,
            long toNext,
            MemorySegment vectors,
            MemorySegment sums,
            long to,
            int last,
            int depth,
            boolean narrow) {
        if (narrow) {
            NarrowTileVector.addTile(
                    factors, from, toNext, stepOfA, vectors, b, stepOfB, sums, to, rowOfC, last, depth);
        } else if (TallTileVector.SERVES) {
            TallTileVector.addTile(factors, from, toNext, stepOfA, vectors, b, stepOfB, sums, to, rowOfC, last, depth);
        } else {
            WideTileVector.addTile(factors, from, toNext, stepOfA, vectors, b, stepOfB, sums, to, rowOfC, last, depth);
        }
    }
}

package dev.spikelane.kernel.product.dense;

import dev.spikelane.kernel.product.dense.DenseTileVector.Steps;
import dev.spikelane.simd.Lanes;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.MemorySegment;

/**
 * Adds products to a matrix of sums, tile by tile: {@code c[row][lane] += sum over k of a[row][k] * b[k][lane]}, for a
 * strip of lanes. The caller sets offsets and steps, in bytes. An object serves one thread and can be used again.
 */
public final class TileWalk {

    /**
     * True if there are 32 vector registers, for tiles of four rows by four vectors. With 16 registers, tiles are six
     * rows by two vectors: twelve sums, two vectors and a factor fit. They take 2.6 ms instead of 4.6 for 128x784x1000
     * (Zen 3, 2026-11), but 1.00 instead of 0.90 for gradients of 784 x 1000 weights from 128 rows at 512 bits (Zen 5).
     */
    static final boolean WIDE = SimdWidth.bits() == SimdWidth.WIDEST;

    static final int ROWS = WIDE ? 4 : 6;

    static final int VECTORS = WIDE ? 4 : 2;

    /** Bytes of the lanes of a strip. */
    public static final int STRIP_BYTES = VECTORS * Lanes.BYTES;

    private static final DenseTileVector TILE =
            DenseTileVector.of(ROWS, VECTORS, WIDE ? Steps.MULTIPLIED : Steps.ADDED);

    private static final int NARROW_ROWS = 8;

    /** The tile for one vector of lanes: the sums of eight rows hide each other's latency. */
    private static final DenseTileVector NARROW = DenseTileVector.of(NARROW_ROWS, 1, Steps.MULTIPLIED);

    /** Offset of the first factor, step from row to row, and step from one {@code k} to the next. */
    public long a;

    public long rowOfA;
    public long stepOfA;
    /** Offset of the first vector, and step from one {@code k} to the next. */
    public long b;

    public long stepOfB;
    /** Offset of the first sum, and step from row to row. */
    public long c;

    public long rowOfC;

    /** Adds the products of some rows. Factors of a whole tile are read if the segment has them. */
    public void add(MemorySegment factors, MemorySegment vectors, MemorySegment sums, int rows, int depth) {
        // packed steps take 0.20 instead of 0.235 ns a vector (Emerald Rapids, 2026-11)
        boolean packed = WIDE && stepOfA == Float.BYTES && stepOfB == STRIP_BYTES;
        add(packed ? DenseMatmulVector.TILE : TILE, ROWS, factors, vectors, sums, rows, depth);
    }

    /** Adds the products of some rows to one vector of lanes. */
    public void addNarrow(MemorySegment factors, MemorySegment vectors, MemorySegment sums, int rows, int depth) {
        add(NARROW, NARROW_ROWS, factors, vectors, sums, rows, depth);
    }

    /**
     * Adds the products of some rows to some bytes of lanes; a factor of zero adds nothing, even if the vector is not
     * finite.
     */
    public void addCarefully(
            MemorySegment factors, MemorySegment vectors, MemorySegment sums, int rows, int depth, int bytes) {
        for (int row = 0; row < rows; row++) {
            long from = a + row * rowOfA;
            ZeroInputsVector.add(factors, from, stepOfA, vectors, b, stepOfB, sums, c + row * rowOfC, bytes, depth);
        }
    }

    private void add(
            DenseTileVector tile,
            int ofTile,
            MemorySegment factors,
            MemorySegment vectors,
            MemorySegment sums,
            int rows,
            int depth) {
        for (int row = 0; row < rows; row += ofTile) {
            long from = a + row * rowOfA;
            long to = c + row * rowOfC;
            int here = Math.min(rows - row, ofTile);
            if (from + (depth - 1) * stepOfA + (ofTile - 1) * rowOfA + Float.BYTES <= factors.byteSize()) {
                tile.add(factors, from, rowOfA, stepOfA, vectors, b, stepOfB, sums, to, rowOfC, here - 1, depth);
                continue;
            }
            for (int i = 0; i < here; i++) {
                tile.add(
                        factors,
                        from + i * rowOfA,
                        0,
                        stepOfA,
                        vectors,
                        b,
                        stepOfB,
                        sums,
                        to + i * rowOfC,
                        rowOfC,
                        0,
                        depth);
            }
        }
    }
}

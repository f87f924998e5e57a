package dev.spikelane.kernel.product.dense;

import dev.spikelane.kernel.product.dense.DenseTileVector.Steps;
import dev.spikelane.simd.Lanes;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.MemorySegment;

/**
 * Adds products to a matrix of sums, a tile after the other:
 * {@code c[row][lane] += sum over k of a[row][k] * b[k][lane]}, for a strip of lanes. It says where numbers stand, in
 * bytes, and serves one thread, again and again.
 */
public final class TileWalk {

    /**
     * Whether there are 32 registers, for four rows by four vectors. Else six rows by two, whose twelve sums, two
     * vectors and a factor fit 16: 2.6 instead of 4.6 ms for 128x784x1000 (Zen 3, 2026-11), but 1.00 instead of 0.90
     * for gradients of 784 x 1000 weights from 128 rows at 512 bits (Zen 5).
     */
    static final boolean WIDE = SimdWidth.bits() == SimdWidth.WIDEST;

    static final int ROWS = WIDE ? 4 : 6;

    static final int VECTORS = WIDE ? 4 : 2;

    /** Bytes of the lanes of a strip. */
    public static final int STRIP_BYTES = VECTORS * Lanes.BYTES;

    private static final DenseTileVector TILE =
            DenseTileVector.of(ROWS, VECTORS, WIDE ? Steps.MULTIPLIED : Steps.ADDED);

    private static final int NARROW_ROWS = 8;

    /** For few lanes: the sums of eight rows hide each other's latency. */
    private static final DenseTileVector NARROW = DenseTileVector.of(NARROW_ROWS, 1, Steps.MULTIPLIED);

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
        // where both stand as in packed weights: .20 instead of .235 ns a vector (Emerald Rapids, 2026-11)
        boolean packed = WIDE && stepOfA == Float.BYTES && stepOfB == STRIP_BYTES;
        add(packed ? DenseMatmulVector.TILE : TILE, ROWS, factors, vectors, sums, rows, depth);
    }

    /** The same for a single vector of lanes. */
    public void addNarrow(MemorySegment factors, MemorySegment vectors, MemorySegment sums, int rows, int depth) {
        add(NARROW, NARROW_ROWS, factors, vectors, sums, rows, depth);
    }

    /** The same for some bytes of lanes, where a factor of zero may meet a vector that is not finite. */
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

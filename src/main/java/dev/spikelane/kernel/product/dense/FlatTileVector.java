package dev.spikelane.kernel.product.dense;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.spikelane.kernel.base.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Adds products to tiles of sums, two rows by four vectors, where there are too few rows for {@link TallTileVector}:
 * two rows read the weights once, which come from beyond the L1 cache and cost more than the additions.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a tile are int on purpose
final class FlatTileVector {

    static final int ROWS = 2;

    private FlatTileVector() {}

    /**
     * {@code c[row][lane] += sum over k of a[row][k] * b[k][lane]}, one fused multiply-add for each {@code k} in
     * ascending order.
     *
     * @param a where the first factor of the first row stands, in bytes; those of a row lie side by side
     * @param rowOfA bytes from the first row's factors to the second's
     * @param b where the first vector stands
     * @param stepOfB bytes from one {@code k} to the next; a parameter, so that C2 does not unroll and spill sums
     * @param c where the first sum of the first row stands
     * @param rowOfC bytes from the first row's sums to the second's
     * @param depth how many {@code k}
     */
    static void addTile(
            MemorySegment factors,
            long a,
            long rowOfA,
            MemorySegment vectors,
            long b,
            long stepOfB,
            MemorySegment sums,
            long c,
            long rowOfC,
            int depth) {
        Checks.isNative(factors);
        Checks.isNative(vectors);
        Checks.isNative(sums);
        long c1 = c + rowOfC;
        long length = rowOfA + Float.BYTES;
        long row = b;
        FloatVector sum00 = FloatVector.fromMemorySegment(FLOAT, sums, c, ORDER);
        FloatVector sum01 = FloatVector.fromMemorySegment(FLOAT, sums, c + BYTES, ORDER);
        FloatVector sum02 = FloatVector.fromMemorySegment(FLOAT, sums, c + 2 * BYTES, ORDER);
        FloatVector sum03 = FloatVector.fromMemorySegment(FLOAT, sums, c + 3 * BYTES, ORDER);
        FloatVector sum10 = FloatVector.fromMemorySegment(FLOAT, sums, c1, ORDER);
        FloatVector sum11 = FloatVector.fromMemorySegment(FLOAT, sums, c1 + BYTES, ORDER);
        FloatVector sum12 = FloatVector.fromMemorySegment(FLOAT, sums, c1 + 2 * BYTES, ORDER);
        FloatVector sum13 = FloatVector.fromMemorySegment(FLOAT, sums, c1 + 3 * BYTES, ORDER);
        for (int k = 0; k < depth; k++) {
            MemorySegment four = vectors.asSlice(row, 4 * BYTES);
            MemorySegment two = factors.asSlice(a + (long) k * Float.BYTES, length);
            FloatVector b0 = FloatVector.fromMemorySegment(FLOAT, four, 0, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOAT, four, BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(FLOAT, four, 2 * BYTES, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(FLOAT, four, 3 * BYTES, ORDER);
            FloatVector factor = FloatVector.broadcast(FLOAT, two.get(JAVA_FLOAT_UNALIGNED, 0));
            sum00 = factor.fma(b0, sum00);
            sum01 = factor.fma(b1, sum01);
            sum02 = factor.fma(b2, sum02);
            sum03 = factor.fma(b3, sum03);
            factor = FloatVector.broadcast(FLOAT, two.get(JAVA_FLOAT_UNALIGNED, rowOfA));
            sum10 = factor.fma(b0, sum10);
            sum11 = factor.fma(b1, sum11);
            sum12 = factor.fma(b2, sum12);
            sum13 = factor.fma(b3, sum13);
            row += stepOfB;
        }
        sum00.intoMemorySegment(sums, c, ORDER);
        sum01.intoMemorySegment(sums, c + BYTES, ORDER);
        sum02.intoMemorySegment(sums, c + 2 * BYTES, ORDER);
        sum03.intoMemorySegment(sums, c + 3 * BYTES, ORDER);
        sum10.intoMemorySegment(sums, c1, ORDER);
        sum11.intoMemorySegment(sums, c1 + BYTES, ORDER);
        sum12.intoMemorySegment(sums, c1 + 2 * BYTES, ORDER);
        sum13.intoMemorySegment(sums, c1 + 3 * BYTES, ORDER);
    }
}

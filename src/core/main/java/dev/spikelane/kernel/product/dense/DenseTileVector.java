package dev.spikelane.kernel.product.dense;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.loop.Unrolled.requireClass;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.VECTOR;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.loop.Unrolled;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * Adds products to a tile of sums, which stay in registers: an {@link Unrolled} copy for each number of rows and
 * vectors. Sums come in and go out in halves, through the registers of the last one: with an access to memory for each
 * of 16 sums C1 runs out of virtual registers, and C2 boxes in a JVM that has run other vector code (5 MB a call of
 * 66 x 70 x 90); a row at a time takes 1.2 times as long for six rows at 256 bits. The class of each sum is compared
 * with a constant before it is stored: where C2 may not trap any more, it would leave a virtual call beside, and box
 * it.
 */
@SuppressWarnings("NarrowCalculation") // offsets within vectors are int on purpose
class DenseTileVector {

    /** Bytes from a vector of a packed tile to the next. */
    private static final long BLOCK = PackedWeights.BLOCK_BYTES;

    /** How a tile goes from one {@code k} to the next. */
    enum Steps {
        /**
         * A row's factors lie side by side, vectors 256 bytes apart: C2 knows the steps, and each row's offset is added
         * up before the loop. With offsets of {@code k} and of a row apart 128x784x1000 takes 1.40 instead of 1.32 ms
         * (Emerald Rapids, 512 bits, 2026-11).
         */
        PACKED,
        /**
         * Anywhere; steps are added up. A slice checks the factors of a {@code k}, and one its vectors: single reads,
         * each checked, take 3.5 instead of 2.6 ms for six rows. C2 does not know the steps, so it does not unroll,
         * which would spill sums: 5.0 ms (Zen 3, 2026-11).
         */
        ADDED,
        /**
         * The same, but steps are multiplied by {@code k}. With 32 registers C2 keeps steps that are added up in vector
         * registers, and waits for them: 1.25 instead of 0.90 ms for gradients of 784 x 1000 weights (Zen 5); with 16,
         * steps that are multiplied take 3.8 instead of 2.8 ms for 128x784x1000 (Emerald Rapids).
         */
        MULTIPLIED
    }

    private final int rows;
    private final int vectors;
    private final boolean packed;
    private final boolean added;

    DenseTileVector(int rows, int vectors, boolean packed, boolean added) {
        this.rows = rows;
        this.vectors = vectors;
        this.packed = packed;
        this.added = added;
    }

    /**
     * A tile.
     *
     * @param rows of factors and sums
     * @param vectors of lanes
     * @param steps from one {@code k} to the next
     */
    static DenseTileVector of(int rows, int vectors, Steps steps) {
        return Unrolled.of(
                MethodHandles.lookup(),
                new DenseTileVector(rows, vectors, steps == Steps.PACKED, steps == Steps.ADDED));
    }

    /**
     * {@code sums[row][lane] += sum over k of factors[row][k] * vectors[k][lane]}, a fused multiply-add for each
     * {@code k} in ascending order. Offsets and distances are bytes.
     *
     * @param a where the first factor of the first row stands
     * @param rowOfA from one row's factors to the next's
     * @param stepOfA from one {@code k} to the next
     * @param b where the first vector stands
     * @param stepOfB from one {@code k} to the next
     * @param c where the first sum of the first row stands
     * @param rowOfC from one row's sums to the next's
     * @param last the last row, from 0; unless the tile is packed, there have to be factors for the rows beyond
     * @param depth how many {@code k}
     */
    void add(
            MemorySegment factors,
            long a,
            long rowOfA,
            long stepOfA,
            MemorySegment lanes,
            long b,
            long stepOfB,
            MemorySegment into,
            long c,
            long rowOfC,
            int last,
            int depth) {
        Checks.isNative(factors);
        Checks.isNative(lanes);
        Checks.isNative(into);
        long[] from = new long[rows];
        FloatVector[] sums = new FloatVector[rows * vectors];
        for (int row = 0; row < rows; row = next(row)) {
            from[row] = a + Math.min(row, last) * rowOfA;
            for (int v = 0; v < vectors; v = next(v)) {
                sums[row * vectors + v] = FloatVector.zero(FLOAT);
            }
        }
        int half = rows % 2 == 0 ? rows / 2 : rows;
        int ofHalf = half * vectors;
        int front = rows * vectors - ofHalf;
        for (int row = 0; row < rows; row += half) {
            for (int i = 0; i < front; i = next(i)) {
                sums[i] = sums[i + ofHalf];
            }
            for (int i = 0; i < ofHalf; i = next(i)) {
                long at = c + Math.min(row + i / vectors, last) * rowOfC + i % vectors * BYTES;
                sums[front + i] = FloatVector.fromMemorySegment(FLOAT, into, at, ORDER);
            }
        }
        long factorBytes = (rows - 1) * rowOfA + Float.BYTES;
        long vectorBytes = (long) vectors * BYTES;
        long nextA = a;
        long nextB = b;
        for (int k = 0; k < depth; k++) {
            MemorySegment column = factors;
            MemorySegment row = lanes;
            long offsetA = (long) k * Float.BYTES;
            long offsetB = b + k * BLOCK;
            if (!packed) {
                row = lanes.asSlice(added ? nextB : b + k * stepOfB, vectorBytes);
                column = factors.asSlice(added ? nextA : a + k * stepOfA, factorBytes);
                nextA += stepOfA;
                nextB += stepOfB;
            }
            FloatVector[] v = new FloatVector[vectors];
            for (int i = 0; i < vectors; i = next(i)) {
                v[i] = FloatVector.fromMemorySegment(FLOAT, row, packed ? offsetB + i * BYTES : i * BYTES, ORDER);
            }
            for (int i = 0; i < rows; i = next(i)) {
                // An unaligned float comes by a general register, which in a slice costs less than to look at its
                // address. With its place from a local, six rows take 1.17 times as long.
                float factor = packed
                        ? column.get(JAVA_FLOAT, from[i] + offsetA)
                        : column.get(JAVA_FLOAT_UNALIGNED, i * rowOfA);
                FloatVector by = FloatVector.broadcast(FLOAT, factor);
                for (int j = 0; j < vectors; j = next(j)) {
                    sums[i * vectors + j] = by.fma(v[j], sums[i * vectors + j]);
                }
            }
        }
        // The last row first: rows beyond the last in use have its place.
        for (int row = rows - half; row >= 0; row -= half) {
            requireClass(sums, front, front + ofHalf, VECTOR);
            for (int i = 0; i < ofHalf; i = next(i)) {
                int sum = ofHalf - 1 - i;
                long at = c + Math.min(row + sum / vectors, last) * rowOfC + sum % vectors * BYTES;
                sums[front + sum].intoMemorySegment(into, at, ORDER);
            }
            for (int i = 0; i < front; i = next(i)) {
                sums[ofHalf + i] = sums[i];
            }
        }
    }
}

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
 * Adds products to a tile of sums, which stay in registers. There is one {@link Unrolled} copy for each number of rows
 * and vectors.
 *
 * <p>Sums are loaded and stored by halves, through the registers of the last half. If each of 16 sums had its own
 * memory access, C1 would run out of virtual registers. C2 would then box sums in a JVM that has run other vector code:
 * 5 MB for a product of 66 x 70 x 90. One row at a time takes 1.2 times as long as halves, for six rows at 256 bits.
 *
 * <p>The class of each sum is compared with a constant before it is stored. Otherwise C2 emits a virtual call, and
 * boxes the sum, once it has used up its deoptimizations.
 */
@SuppressWarnings("NarrowCalculation") // offsets within vectors are int on purpose
class DenseTileVector {

    /** Bytes from one vector of a packed tile to the next. */
    private static final long BLOCK = PackedWeights.BLOCK_BYTES;

    /** Ways to step from one {@code k} to the next. */
    enum Steps {
        /**
         * Factors of a row are consecutive, and vectors are 256 bytes apart. C2 knows both steps, and each row's offset
         * is computed before the loop: 128x784x1000 takes 1.32 ms, or 1.40 ms if offsets of {@code k} and row are added
         * in the loop (Emerald Rapids, 512 bits, 2026-11).
         */
        PACKED,
        /**
         * Adds arbitrary steps. One slice checks the factors of a {@code k}, another one its vectors: checking each
         * read takes 3.5 ms instead of 2.6 for six rows. C2 does not know the steps, so it does not unroll, which would
         * spill sums and take 5.0 ms (Zen 3, 2026-11).
         */
        ADDED,
        /**
         * Multiplies arbitrary steps by {@code k}. With 32 registers, C2 would keep added steps in vector registers and
         * wait for them: 1.25 ms instead of 0.90 for gradients of 784 x 1000 weights (Zen 5). With 16 registers,
         * multiplying takes 3.8 ms and adding 2.8 for 128x784x1000 (Emerald Rapids).
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
     * Returns a tile.
     *
     * @param rows rows of factors and sums
     * @param vectors vectors of lanes in a row
     * @param steps the way to step from one {@code k} to the next
     */
    static DenseTileVector of(int rows, int vectors, Steps steps) {
        return Unrolled.of(
                MethodHandles.lookup(),
                new DenseTileVector(rows, vectors, steps == Steps.PACKED, steps == Steps.ADDED));
    }

    /**
     * Computes {@code sums[row][lane] += sum over k of factors[row][k] * vectors[k][lane]}, one fused multiply-add for
     * each {@code k} in ascending order. Offsets and steps are in bytes.
     *
     * @param a offset of the first factor
     * @param rowOfA step from one row's factors to the next row's
     * @param stepOfA step of the factors from one {@code k} to the next
     * @param b offset of the first vector
     * @param stepOfB step of the vectors from one {@code k} to the next
     * @param c offset of the first sum
     * @param rowOfC step from one row's sums to the next row's
     * @param last the last row in use, from 0; unless the tile is packed, factors must exist for the rows after it
     * @param depth the number of {@code k}
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
                // An unaligned read goes through a general register, which in a slice costs less than checking the
                // address.
                // Reading i * rowOfA from a local makes six rows take 1.17 times as long.
                float factor = packed
                        ? column.get(JAVA_FLOAT, from[i] + offsetA)
                        : column.get(JAVA_FLOAT_UNALIGNED, i * rowOfA);
                FloatVector by = FloatVector.broadcast(FLOAT, factor);
                for (int j = 0; j < vectors; j = next(j)) {
                    sums[i * vectors + j] = by.fma(v[j], sums[i * vectors + j]);
                }
            }
        }
        // Stores the last row first: rows after the last one in use have the same address.
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

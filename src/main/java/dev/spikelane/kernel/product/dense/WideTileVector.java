package dev.spikelane.kernel.product.dense;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;
import static dev.spikelane.kernel.base.Lanes.OTHER_VECTOR;
import static dev.spikelane.kernel.base.Lanes.VECTOR;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.spikelane.kernel.base.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * {@link TallTileVector} for 32 registers: four rows by four vectors, wherever the factors stand. At 512 bits a step of
 * the tall tile has as many other instructions as the CPU takes while it multiplies: gradients of 784 x 1000 weights
 * from a frame of 128 rows take 0.90 instead of 1.00 ms (Zen 5, 2026-11). Offsets are products of {@code k}: C2 would
 * keep sums of steps in vector registers and wait for them, 1.25 ms. {@link DenseTileVector} has these sums, but
 * factors in a row.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a strip are int on purpose
final class WideTileVector {

    static final int ROWS = 4;
    static final int STRIP_BYTES = 4 * BYTES;

    private WideTileVector() {}

    /** As {@link TallTileVector#addTile}. */
    static void addTile(
            MemorySegment factors,
            long a,
            long rowOfA,
            long stepOfA,
            MemorySegment vectors,
            long b,
            long stepOfB,
            MemorySegment sums,
            long c,
            long rowOfC,
            int last,
            int depth) {
        Checks.isNative(factors);
        Checks.isNative(vectors);
        Checks.isNative(sums);
        long c1 = c + Math.min(1, last) * rowOfC;
        long c2 = c + Math.min(2, last) * rowOfC;
        long c3 = c + last * rowOfC;
        long length = (ROWS - 1) * rowOfA + Float.BYTES;
        FloatVector sum00 = FloatVector.fromMemorySegment(FLOAT, sums, c, ORDER);
        FloatVector sum01 = FloatVector.fromMemorySegment(FLOAT, sums, c + BYTES, ORDER);
        FloatVector sum02 = FloatVector.fromMemorySegment(FLOAT, sums, c + 2 * BYTES, ORDER);
        FloatVector sum03 = FloatVector.fromMemorySegment(FLOAT, sums, c + 3 * BYTES, ORDER);
        FloatVector sum10 = FloatVector.fromMemorySegment(FLOAT, sums, c1, ORDER);
        FloatVector sum11 = FloatVector.fromMemorySegment(FLOAT, sums, c1 + BYTES, ORDER);
        FloatVector sum12 = FloatVector.fromMemorySegment(FLOAT, sums, c1 + 2 * BYTES, ORDER);
        FloatVector sum13 = FloatVector.fromMemorySegment(FLOAT, sums, c1 + 3 * BYTES, ORDER);
        FloatVector sum20 = FloatVector.fromMemorySegment(FLOAT, sums, c2, ORDER);
        FloatVector sum21 = FloatVector.fromMemorySegment(FLOAT, sums, c2 + BYTES, ORDER);
        FloatVector sum22 = FloatVector.fromMemorySegment(FLOAT, sums, c2 + 2 * BYTES, ORDER);
        FloatVector sum23 = FloatVector.fromMemorySegment(FLOAT, sums, c2 + 3 * BYTES, ORDER);
        FloatVector sum30 = FloatVector.fromMemorySegment(FLOAT, sums, c3, ORDER);
        FloatVector sum31 = FloatVector.fromMemorySegment(FLOAT, sums, c3 + BYTES, ORDER);
        FloatVector sum32 = FloatVector.fromMemorySegment(FLOAT, sums, c3 + 2 * BYTES, ORDER);
        FloatVector sum33 = FloatVector.fromMemorySegment(FLOAT, sums, c3 + 3 * BYTES, ORDER);
        for (int k = 0; k < depth; k++) {
            MemorySegment four = vectors.asSlice(b + k * stepOfB, STRIP_BYTES);
            MemorySegment rows = factors.asSlice(a + k * stepOfA, length);
            FloatVector b0 = FloatVector.fromMemorySegment(FLOAT, four, 0, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOAT, four, BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(FLOAT, four, 2 * BYTES, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(FLOAT, four, 3 * BYTES, ORDER);
            FloatVector factor = FloatVector.broadcast(FLOAT, rows.get(JAVA_FLOAT_UNALIGNED, 0));
            sum00 = factor.fma(b0, sum00);
            sum01 = factor.fma(b1, sum01);
            sum02 = factor.fma(b2, sum02);
            sum03 = factor.fma(b3, sum03);
            factor = FloatVector.broadcast(FLOAT, rows.get(JAVA_FLOAT_UNALIGNED, rowOfA));
            sum10 = factor.fma(b0, sum10);
            sum11 = factor.fma(b1, sum11);
            sum12 = factor.fma(b2, sum12);
            sum13 = factor.fma(b3, sum13);
            factor = FloatVector.broadcast(FLOAT, rows.get(JAVA_FLOAT_UNALIGNED, 2 * rowOfA));
            sum20 = factor.fma(b0, sum20);
            sum21 = factor.fma(b1, sum21);
            sum22 = factor.fma(b2, sum22);
            sum23 = factor.fma(b3, sum23);
            factor = FloatVector.broadcast(FLOAT, rows.get(JAVA_FLOAT_UNALIGNED, 3 * rowOfA));
            sum30 = factor.fma(b0, sum30);
            sum31 = factor.fma(b1, sum31);
            sum32 = factor.fma(b2, sum32);
            sum33 = factor.fma(b3, sum33);
        }
        if (sum00.getClass() != VECTOR
                || sum01.getClass() != VECTOR
                || sum02.getClass() != VECTOR
                || sum03.getClass() != VECTOR
                || sum10.getClass() != VECTOR
                || sum11.getClass() != VECTOR
                || sum12.getClass() != VECTOR
                || sum13.getClass() != VECTOR
                || sum20.getClass() != VECTOR
                || sum21.getClass() != VECTOR
                || sum22.getClass() != VECTOR
                || sum23.getClass() != VECTOR
                || sum30.getClass() != VECTOR
                || sum31.getClass() != VECTOR
                || sum32.getClass() != VECTOR
                || sum33.getClass() != VECTOR) {
            throw new AssertionError(OTHER_VECTOR);
        }
        sum30.intoMemorySegment(sums, c3, ORDER);
        sum31.intoMemorySegment(sums, c3 + BYTES, ORDER);
        sum32.intoMemorySegment(sums, c3 + 2 * BYTES, ORDER);
        sum33.intoMemorySegment(sums, c3 + 3 * BYTES, ORDER);
        sum20.intoMemorySegment(sums, c2, ORDER);
        sum21.intoMemorySegment(sums, c2 + BYTES, ORDER);
        sum22.intoMemorySegment(sums, c2 + 2 * BYTES, ORDER);
        sum23.intoMemorySegment(sums, c2 + 3 * BYTES, ORDER);
        sum10.intoMemorySegment(sums, c1, ORDER);
        sum11.intoMemorySegment(sums, c1 + BYTES, ORDER);
        sum12.intoMemorySegment(sums, c1 + 2 * BYTES, ORDER);
        sum13.intoMemorySegment(sums, c1 + 3 * BYTES, ORDER);
        sum00.intoMemorySegment(sums, c, ORDER);
        sum01.intoMemorySegment(sums, c + BYTES, ORDER);
        sum02.intoMemorySegment(sums, c + 2 * BYTES, ORDER);
        sum03.intoMemorySegment(sums, c + 3 * BYTES, ORDER);
    }
}

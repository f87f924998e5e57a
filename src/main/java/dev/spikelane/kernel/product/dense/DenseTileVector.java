package dev.spikelane.kernel.product.dense;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;
import static dev.spikelane.kernel.base.Lanes.OTHER_VECTOR;
import static dev.spikelane.kernel.base.Lanes.VECTOR;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Template;
import dev.spikelane.kernel.product.PackedWeights;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The hot loop of {@link DenseMatmulVector}: 16 fused multiply-adds with 4 loads and 4 broadcasts a step, no range
 * checks; 0.84 to 1.04 of OpenBLAS's speed with 4 x 4 vectors, less with 2 or 3 rows (Zen 5, 512 bits, 2026-11), or
 * with 6 x 4, 6 x 2 or 8 x 2 (Zen 4). It calls the Vector API directly: after so many vectors C2 no longer inlines
 * small methods such as {@link #load}, and boxes (NodeCountInliningCutoff). What comes before the loop does not: with
 * these loads written out, the loop is boxed in JVMs that have warmed up networks (5.5 MB a call; Zen 5, 512 bits).
 *
 * <p>This class is a {@link Template}: where the sums of all rows are alike before, as the bias is, only those of the
 * first are loaded. In a JVM that has run other vector code the 12 loads more make C2 box vectors (23 instead of 1.1 ms
 * for 128x784x1000).
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class DenseTileVector extends DenseTile {

    private static final boolean ALIKE = Template.data(MethodHandles.lookup(), Boolean.class);

    DenseTileVector() {}

    @Override
    void add(
            MemorySegment a,
            long fromA,
            long stepA,
            int last,
            MemorySegment b,
            long fromB,
            int depth,
            MemorySegment c,
            long at0,
            long step) {
        Checks.isNative(a);
        Checks.isNative(b);
        Checks.isNative(c);
        int second = Math.min(1, last);
        int third = Math.min(2, last);
        long a1 = fromA + second * stepA;
        long a2 = fromA + third * stepA;
        long a3 = fromA + last * stepA;
        long at1 = at0 + second * step;
        long at2 = at0 + third * step;
        long at3 = at0 + last * step;
        FloatVector sum00 = load(c, at0);
        FloatVector sum01 = load(c, at0 + BYTES);
        FloatVector sum02 = load(c, at0 + 2 * BYTES);
        FloatVector sum03 = load(c, at0 + 3 * BYTES);
        FloatVector sum10 = ALIKE ? sum00 : load(c, at1);
        FloatVector sum11 = ALIKE ? sum01 : load(c, at1 + BYTES);
        FloatVector sum12 = ALIKE ? sum02 : load(c, at1 + 2 * BYTES);
        FloatVector sum13 = ALIKE ? sum03 : load(c, at1 + 3 * BYTES);
        FloatVector sum20 = ALIKE ? sum00 : load(c, at2);
        FloatVector sum21 = ALIKE ? sum01 : load(c, at2 + BYTES);
        FloatVector sum22 = ALIKE ? sum02 : load(c, at2 + 2 * BYTES);
        FloatVector sum23 = ALIKE ? sum03 : load(c, at2 + 3 * BYTES);
        FloatVector sum30 = ALIKE ? sum00 : load(c, at3);
        FloatVector sum31 = ALIKE ? sum01 : load(c, at3 + BYTES);
        FloatVector sum32 = ALIKE ? sum02 : load(c, at3 + 2 * BYTES);
        FloatVector sum33 = ALIKE ? sum03 : load(c, at3 + 3 * BYTES);
        for (int k = 0; k < depth; k++) {
            long from = (long) k * Float.BYTES;
            long at = fromB + (long) k * PackedWeights.BLOCK_BYTES;
            FloatVector b0 = FloatVector.fromMemorySegment(FLOAT, b, at, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOAT, b, at + BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(FLOAT, b, at + 2 * BYTES, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(FLOAT, b, at + 3 * BYTES, ORDER);
            FloatVector factor = FloatVector.broadcast(FLOAT, a.get(JAVA_FLOAT, fromA + from));
            sum00 = factor.fma(b0, sum00);
            sum01 = factor.fma(b1, sum01);
            sum02 = factor.fma(b2, sum02);
            sum03 = factor.fma(b3, sum03);
            factor = FloatVector.broadcast(FLOAT, a.get(JAVA_FLOAT, a1 + from));
            sum10 = factor.fma(b0, sum10);
            sum11 = factor.fma(b1, sum11);
            sum12 = factor.fma(b2, sum12);
            sum13 = factor.fma(b3, sum13);
            factor = FloatVector.broadcast(FLOAT, a.get(JAVA_FLOAT, a2 + from));
            sum20 = factor.fma(b0, sum20);
            sum21 = factor.fma(b1, sum21);
            sum22 = factor.fma(b2, sum22);
            sum23 = factor.fma(b3, sum23);
            factor = FloatVector.broadcast(FLOAT, a.get(JAVA_FLOAT, a3 + from));
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
        sum00.intoMemorySegment(c, at0, ORDER);
        sum01.intoMemorySegment(c, at0 + BYTES, ORDER);
        sum02.intoMemorySegment(c, at0 + 2 * BYTES, ORDER);
        sum03.intoMemorySegment(c, at0 + 3 * BYTES, ORDER);
        sum10.intoMemorySegment(c, at1, ORDER);
        sum11.intoMemorySegment(c, at1 + BYTES, ORDER);
        sum12.intoMemorySegment(c, at1 + 2 * BYTES, ORDER);
        sum13.intoMemorySegment(c, at1 + 3 * BYTES, ORDER);
        sum20.intoMemorySegment(c, at2, ORDER);
        sum21.intoMemorySegment(c, at2 + BYTES, ORDER);
        sum22.intoMemorySegment(c, at2 + 2 * BYTES, ORDER);
        sum23.intoMemorySegment(c, at2 + 3 * BYTES, ORDER);
        sum30.intoMemorySegment(c, at3, ORDER);
        sum31.intoMemorySegment(c, at3 + BYTES, ORDER);
        sum32.intoMemorySegment(c, at3 + 2 * BYTES, ORDER);
        sum33.intoMemorySegment(c, at3 + 3 * BYTES, ORDER);
    }

    private static FloatVector load(MemorySegment segment, long offset) {
        return FloatVector.fromMemorySegment(FLOAT, segment, offset, ORDER);
    }
}

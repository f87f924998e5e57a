package dev.spikelane.kernel.norm;

import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Lanes;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The vector variant of {@link RowAffine}. It takes whole blocks, padding included, which is 0 on all sides. */
final class RowAffineVector {

    private RowAffineVector() {}

    static void apply(FloatMatrix values, int origin, FloatMatrix weights, FloatMatrix offsets, Tile into, int row) {
        MemorySegment source = values.segment();
        MemorySegment factors = weights.segment();
        MemorySegment terms = offsets.segment();
        MemorySegment target = into.matrix().segment();
        Checks.isNative(source);
        Checks.isNative(factors);
        Checks.isNative(terms);
        Checks.isNative(target);
        long from = values.rowOffset(row) - (long) origin * Float.BYTES;
        long to = into.offset(row, 0);
        int end = into.endBlock() * FloatMatrix.ROW_MULTIPLE / Lanes.COUNT;
        for (int i = into.firstColumn() / Lanes.COUNT; i < end; i++) {
            long at = (long) i * Lanes.BYTES;
            FloatVector value = FloatVector.fromMemorySegment(Lanes.FLOAT, source, from + at, ORDER);
            FloatVector weight = FloatVector.fromMemorySegment(Lanes.FLOAT, factors, at, ORDER);
            VectorMask<Float> lost =
                    value.compare(VectorOperators.EQ, 0).andNot(weight.test(VectorOperators.IS_FINITE));
            weight.blend(0, lost)
                    .fma(value, FloatVector.fromMemorySegment(Lanes.FLOAT, terms, at, ORDER))
                    .intoMemorySegment(target, to + at, ORDER);
        }
    }
}

package dev.spikelane.kernel.product.window;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;
import static dev.spikelane.kernel.base.Lanes.OTHER_VECTOR;
import static dev.spikelane.kernel.base.Lanes.VECTOR;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Template;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * Up to 20 sums in registers. A slice of constant length at each place leaves one check for all its loads; what is
 * loaded or broadcast calls the Vector API, as its class is known.
 *
 * <p>This class is a {@link Template}, a copy for each {@link WindowGradientRun.Kind}.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a slice are int on purpose
final class WindowGradientRunVector extends WindowGradientRun {

    private static final Kind KIND = Template.data(MethodHandles.lookup(), Kind.class);
    private static final int COUNT = KIND.vectors();
    private static final boolean WEIGHTED = KIND.weighted();
    private static final int SLICE = COUNT * BYTES;

    WindowGradientRunVector() {}

    @Override
    void add(
            WindowGradientLists lists,
            int first,
            int end,
            MemorySegment values,
            long from,
            int step,
            MemorySegment sums,
            long to,
            long toNext) {
        Checks.isNative(values);
        Checks.isNative(sums);
        int[] starts = lists.starts;
        int[] ends = lists.ends;
        int[] places = lists.places;
        float[] factors = lists.factors;
        for (int list = first; list < end; list++) {
            MemorySegment own = sums.asSlice(to + (list - first) * toNext, SLICE);
            FloatVector zero = FloatVector.zero(FLOAT);
            FloatVector s0 = WEIGHTED ? zero : FloatVector.fromMemorySegment(FLOAT, own, 0, ORDER);
            FloatVector s1 = WEIGHTED ? zero : FloatVector.fromMemorySegment(FLOAT, own, BYTES, ORDER);
            FloatVector s2 = WEIGHTED ? zero : FloatVector.fromMemorySegment(FLOAT, own, 2 * BYTES, ORDER);
            FloatVector s3 = WEIGHTED ? zero : FloatVector.fromMemorySegment(FLOAT, own, 3 * BYTES, ORDER);
            FloatVector s4 =
                    WEIGHTED || COUNT <= 4 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 4 * BYTES, ORDER);
            FloatVector s5 =
                    WEIGHTED || COUNT <= 4 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 5 * BYTES, ORDER);
            FloatVector s6 =
                    WEIGHTED || COUNT <= 4 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 6 * BYTES, ORDER);
            FloatVector s7 =
                    WEIGHTED || COUNT <= 4 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 7 * BYTES, ORDER);
            FloatVector s8 =
                    WEIGHTED || COUNT <= 8 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 8 * BYTES, ORDER);
            FloatVector s9 =
                    WEIGHTED || COUNT <= 8 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 9 * BYTES, ORDER);
            FloatVector s10 =
                    WEIGHTED || COUNT <= 8 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 10 * BYTES, ORDER);
            FloatVector s11 =
                    WEIGHTED || COUNT <= 8 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 11 * BYTES, ORDER);
            FloatVector s12 =
                    WEIGHTED || COUNT <= 12 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 12 * BYTES, ORDER);
            FloatVector s13 =
                    WEIGHTED || COUNT <= 12 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 13 * BYTES, ORDER);
            FloatVector s14 =
                    WEIGHTED || COUNT <= 12 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 14 * BYTES, ORDER);
            FloatVector s15 =
                    WEIGHTED || COUNT <= 12 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 15 * BYTES, ORDER);
            FloatVector s16 =
                    WEIGHTED || COUNT <= 16 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 16 * BYTES, ORDER);
            FloatVector s17 =
                    WEIGHTED || COUNT <= 16 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 17 * BYTES, ORDER);
            FloatVector s18 =
                    WEIGHTED || COUNT <= 16 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 18 * BYTES, ORDER);
            FloatVector s19 =
                    WEIGHTED || COUNT <= 16 ? zero : FloatVector.fromMemorySegment(FLOAT, own, 19 * BYTES, ORDER);
            int last = ends[list];
            for (int i = starts[list]; i < last; i++) {
                MemorySegment at = values.asSlice(from + places[i] * (long) step, SLICE);
                FloatVector factor = WEIGHTED ? FloatVector.broadcast(FLOAT, factors[i]) : zero;
                FloatVector v0 = FloatVector.fromMemorySegment(FLOAT, at, 0, ORDER);
                s0 = WEIGHTED ? factor.fma(v0, s0) : v0.add(s0);
                FloatVector v1 = FloatVector.fromMemorySegment(FLOAT, at, BYTES, ORDER);
                s1 = WEIGHTED ? factor.fma(v1, s1) : v1.add(s1);
                FloatVector v2 = FloatVector.fromMemorySegment(FLOAT, at, 2 * BYTES, ORDER);
                s2 = WEIGHTED ? factor.fma(v2, s2) : v2.add(s2);
                FloatVector v3 = FloatVector.fromMemorySegment(FLOAT, at, 3 * BYTES, ORDER);
                s3 = WEIGHTED ? factor.fma(v3, s3) : v3.add(s3);
                if (COUNT > 4) {
                    FloatVector v4 = FloatVector.fromMemorySegment(FLOAT, at, 4 * BYTES, ORDER);
                    s4 = WEIGHTED ? factor.fma(v4, s4) : v4.add(s4);
                    FloatVector v5 = FloatVector.fromMemorySegment(FLOAT, at, 5 * BYTES, ORDER);
                    s5 = WEIGHTED ? factor.fma(v5, s5) : v5.add(s5);
                    FloatVector v6 = FloatVector.fromMemorySegment(FLOAT, at, 6 * BYTES, ORDER);
                    s6 = WEIGHTED ? factor.fma(v6, s6) : v6.add(s6);
                    FloatVector v7 = FloatVector.fromMemorySegment(FLOAT, at, 7 * BYTES, ORDER);
                    s7 = WEIGHTED ? factor.fma(v7, s7) : v7.add(s7);
                }
                if (COUNT > 8) {
                    FloatVector v8 = FloatVector.fromMemorySegment(FLOAT, at, 8 * BYTES, ORDER);
                    s8 = WEIGHTED ? factor.fma(v8, s8) : v8.add(s8);
                    FloatVector v9 = FloatVector.fromMemorySegment(FLOAT, at, 9 * BYTES, ORDER);
                    s9 = WEIGHTED ? factor.fma(v9, s9) : v9.add(s9);
                    FloatVector v10 = FloatVector.fromMemorySegment(FLOAT, at, 10 * BYTES, ORDER);
                    s10 = WEIGHTED ? factor.fma(v10, s10) : v10.add(s10);
                    FloatVector v11 = FloatVector.fromMemorySegment(FLOAT, at, 11 * BYTES, ORDER);
                    s11 = WEIGHTED ? factor.fma(v11, s11) : v11.add(s11);
                }
                if (COUNT > 12) {
                    FloatVector v12 = FloatVector.fromMemorySegment(FLOAT, at, 12 * BYTES, ORDER);
                    s12 = WEIGHTED ? factor.fma(v12, s12) : v12.add(s12);
                    FloatVector v13 = FloatVector.fromMemorySegment(FLOAT, at, 13 * BYTES, ORDER);
                    s13 = WEIGHTED ? factor.fma(v13, s13) : v13.add(s13);
                    FloatVector v14 = FloatVector.fromMemorySegment(FLOAT, at, 14 * BYTES, ORDER);
                    s14 = WEIGHTED ? factor.fma(v14, s14) : v14.add(s14);
                    FloatVector v15 = FloatVector.fromMemorySegment(FLOAT, at, 15 * BYTES, ORDER);
                    s15 = WEIGHTED ? factor.fma(v15, s15) : v15.add(s15);
                }
                if (COUNT > 16) {
                    FloatVector v16 = FloatVector.fromMemorySegment(FLOAT, at, 16 * BYTES, ORDER);
                    s16 = WEIGHTED ? factor.fma(v16, s16) : v16.add(s16);
                    FloatVector v17 = FloatVector.fromMemorySegment(FLOAT, at, 17 * BYTES, ORDER);
                    s17 = WEIGHTED ? factor.fma(v17, s17) : v17.add(s17);
                    FloatVector v18 = FloatVector.fromMemorySegment(FLOAT, at, 18 * BYTES, ORDER);
                    s18 = WEIGHTED ? factor.fma(v18, s18) : v18.add(s18);
                    FloatVector v19 = FloatVector.fromMemorySegment(FLOAT, at, 19 * BYTES, ORDER);
                    s19 = WEIGHTED ? factor.fma(v19, s19) : v19.add(s19);
                }
            }
            if (s0.getClass() != VECTOR
                    || s1.getClass() != VECTOR
                    || s2.getClass() != VECTOR
                    || s3.getClass() != VECTOR
                    || s4.getClass() != VECTOR
                    || s5.getClass() != VECTOR
                    || s6.getClass() != VECTOR
                    || s7.getClass() != VECTOR
                    || s8.getClass() != VECTOR
                    || s9.getClass() != VECTOR
                    || s10.getClass() != VECTOR
                    || s11.getClass() != VECTOR
                    || s12.getClass() != VECTOR
                    || s13.getClass() != VECTOR
                    || s14.getClass() != VECTOR
                    || s15.getClass() != VECTOR
                    || s16.getClass() != VECTOR
                    || s17.getClass() != VECTOR
                    || s18.getClass() != VECTOR
                    || s19.getClass() != VECTOR) {
                throw new AssertionError(OTHER_VECTOR);
            }
            s0.intoMemorySegment(own, 0, ORDER);
            s1.intoMemorySegment(own, BYTES, ORDER);
            s2.intoMemorySegment(own, 2 * BYTES, ORDER);
            s3.intoMemorySegment(own, 3 * BYTES, ORDER);
            if (COUNT > 4) {
                s4.intoMemorySegment(own, 4 * BYTES, ORDER);
                s5.intoMemorySegment(own, 5 * BYTES, ORDER);
                s6.intoMemorySegment(own, 6 * BYTES, ORDER);
                s7.intoMemorySegment(own, 7 * BYTES, ORDER);
            }
            if (COUNT > 8) {
                s8.intoMemorySegment(own, 8 * BYTES, ORDER);
                s9.intoMemorySegment(own, 9 * BYTES, ORDER);
                s10.intoMemorySegment(own, 10 * BYTES, ORDER);
                s11.intoMemorySegment(own, 11 * BYTES, ORDER);
            }
            if (COUNT > 12) {
                s12.intoMemorySegment(own, 12 * BYTES, ORDER);
                s13.intoMemorySegment(own, 13 * BYTES, ORDER);
                s14.intoMemorySegment(own, 14 * BYTES, ORDER);
                s15.intoMemorySegment(own, 15 * BYTES, ORDER);
            }
            if (COUNT > 16) {
                s16.intoMemorySegment(own, 16 * BYTES, ORDER);
                s17.intoMemorySegment(own, 17 * BYTES, ORDER);
                s18.intoMemorySegment(own, 18 * BYTES, ORDER);
                s19.intoMemorySegment(own, 19 * BYTES, ORDER);
            }
        }
    }
}

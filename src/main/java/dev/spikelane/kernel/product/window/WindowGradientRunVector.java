package dev.spikelane.kernel.product.window;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.OTHER_VECTOR;
import static dev.spikelane.simd.Lanes.VECTOR;

import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Template;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * Up to 20 sums in registers. A slice of constant length at each place leaves one check for all its loads; what is
 * loaded or broadcast calls the Vector API, as its class is known.
 *
 * <p>Sums come in and go out four at a time, through the last four registers, past which the others move: with 20 loads
 * and 20 stores, and a slice around them, C2 passed its limit of nodes in some JVMs, left the slice of each list or the
 * last store as a call, and boxed what that took.
 *
 * <p>This class is a {@link Template}, a copy for each {@link WindowGradientRun.Kind}.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a slice are int on purpose
final class WindowGradientRunVector extends WindowGradientRun {

    private static final Kind KIND = Template.data(MethodHandles.lookup(), Kind.class);
    private static final int COUNT = KIND.vectors();
    private static final boolean WEIGHTED = KIND.weighted();
    private static final int SLICE = COUNT * BYTES;
    private static final int PIECES = COUNT / 4;

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
            long[] pieces) {
        Checks.isNative(values);
        Checks.isNative(sums);
        int[] starts = lists.starts;
        int[] ends = lists.ends;
        int[] places = lists.places;
        float[] factors = lists.factors;
        long[] targets = lists.targets;
        for (int list = first; list < end; list++) {
            long own = to + targets[list];
            FloatVector zero = FloatVector.zero(FLOAT);
            FloatVector s0 = zero;
            FloatVector s1 = zero;
            FloatVector s2 = zero;
            FloatVector s3 = zero;
            FloatVector s4 = zero;
            FloatVector s5 = zero;
            FloatVector s6 = zero;
            FloatVector s7 = zero;
            FloatVector s8 = zero;
            FloatVector s9 = zero;
            FloatVector s10 = zero;
            FloatVector s11 = zero;
            FloatVector s12 = zero;
            FloatVector s13 = zero;
            FloatVector s14 = zero;
            FloatVector s15 = zero;
            FloatVector s16 = zero;
            FloatVector s17 = zero;
            FloatVector s18 = zero;
            FloatVector s19 = zero;
            for (int in = WEIGHTED ? PIECES : 0; in < PIECES; in++) {
                long piece = own + pieces[in];
                s0 = s4;
                s1 = s5;
                s2 = s6;
                s3 = s7;
                s4 = s8;
                s5 = s9;
                s6 = s10;
                s7 = s11;
                s8 = s12;
                s9 = s13;
                s10 = s14;
                s11 = s15;
                s12 = s16;
                s13 = s17;
                s14 = s18;
                s15 = s19;
                s16 = FloatVector.fromMemorySegment(FLOAT, sums, piece, ORDER);
                s17 = FloatVector.fromMemorySegment(FLOAT, sums, piece + BYTES, ORDER);
                s18 = FloatVector.fromMemorySegment(FLOAT, sums, piece + 2 * BYTES, ORDER);
                s19 = FloatVector.fromMemorySegment(FLOAT, sums, piece + 3 * BYTES, ORDER);
            }
            int last = ends[list];
            for (int i = starts[list]; i < last; i++) {
                MemorySegment at = values.asSlice(from + places[i] * (long) step, SLICE);
                FloatVector factor = WEIGHTED ? FloatVector.broadcast(FLOAT, factors[i]) : zero;
                if (COUNT > 16) {
                    FloatVector v0 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 20 * BYTES, ORDER);
                    s0 = WEIGHTED ? factor.fma(v0, s0) : v0.add(s0);
                    FloatVector v1 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 19 * BYTES, ORDER);
                    s1 = WEIGHTED ? factor.fma(v1, s1) : v1.add(s1);
                    FloatVector v2 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 18 * BYTES, ORDER);
                    s2 = WEIGHTED ? factor.fma(v2, s2) : v2.add(s2);
                    FloatVector v3 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 17 * BYTES, ORDER);
                    s3 = WEIGHTED ? factor.fma(v3, s3) : v3.add(s3);
                }
                if (COUNT > 12) {
                    FloatVector v4 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 16 * BYTES, ORDER);
                    s4 = WEIGHTED ? factor.fma(v4, s4) : v4.add(s4);
                    FloatVector v5 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 15 * BYTES, ORDER);
                    s5 = WEIGHTED ? factor.fma(v5, s5) : v5.add(s5);
                    FloatVector v6 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 14 * BYTES, ORDER);
                    s6 = WEIGHTED ? factor.fma(v6, s6) : v6.add(s6);
                    FloatVector v7 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 13 * BYTES, ORDER);
                    s7 = WEIGHTED ? factor.fma(v7, s7) : v7.add(s7);
                }
                if (COUNT > 8) {
                    FloatVector v8 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 12 * BYTES, ORDER);
                    s8 = WEIGHTED ? factor.fma(v8, s8) : v8.add(s8);
                    FloatVector v9 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 11 * BYTES, ORDER);
                    s9 = WEIGHTED ? factor.fma(v9, s9) : v9.add(s9);
                    FloatVector v10 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 10 * BYTES, ORDER);
                    s10 = WEIGHTED ? factor.fma(v10, s10) : v10.add(s10);
                    FloatVector v11 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 9 * BYTES, ORDER);
                    s11 = WEIGHTED ? factor.fma(v11, s11) : v11.add(s11);
                }
                if (COUNT > 4) {
                    FloatVector v12 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 8 * BYTES, ORDER);
                    s12 = WEIGHTED ? factor.fma(v12, s12) : v12.add(s12);
                    FloatVector v13 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 7 * BYTES, ORDER);
                    s13 = WEIGHTED ? factor.fma(v13, s13) : v13.add(s13);
                    FloatVector v14 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 6 * BYTES, ORDER);
                    s14 = WEIGHTED ? factor.fma(v14, s14) : v14.add(s14);
                    FloatVector v15 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 5 * BYTES, ORDER);
                    s15 = WEIGHTED ? factor.fma(v15, s15) : v15.add(s15);
                }
                FloatVector v16 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 4 * BYTES, ORDER);
                s16 = WEIGHTED ? factor.fma(v16, s16) : v16.add(s16);
                FloatVector v17 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 3 * BYTES, ORDER);
                s17 = WEIGHTED ? factor.fma(v17, s17) : v17.add(s17);
                FloatVector v18 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - 2 * BYTES, ORDER);
                s18 = WEIGHTED ? factor.fma(v18, s18) : v18.add(s18);
                FloatVector v19 = FloatVector.fromMemorySegment(FLOAT, at, SLICE - BYTES, ORDER);
                s19 = WEIGHTED ? factor.fma(v19, s19) : v19.add(s19);
            }
            for (int out = PIECES - 1; out >= 0; out--) {
                long piece = own + pieces[out];
                if (WEIGHTED) {
                    s16 = FloatVector.fromMemorySegment(FLOAT, sums, piece, ORDER)
                            .add(s16);
                    s17 = FloatVector.fromMemorySegment(FLOAT, sums, piece + BYTES, ORDER)
                            .add(s17);
                    s18 = FloatVector.fromMemorySegment(FLOAT, sums, piece + 2 * BYTES, ORDER)
                            .add(s18);
                    s19 = FloatVector.fromMemorySegment(FLOAT, sums, piece + 3 * BYTES, ORDER)
                            .add(s19);
                }
                if (s16.getClass() != VECTOR
                        || s17.getClass() != VECTOR
                        || s18.getClass() != VECTOR
                        || s19.getClass() != VECTOR) {
                    throw new AssertionError(OTHER_VECTOR);
                }
                s16.intoMemorySegment(sums, piece, ORDER);
                s17.intoMemorySegment(sums, piece + BYTES, ORDER);
                s18.intoMemorySegment(sums, piece + 2 * BYTES, ORDER);
                s19.intoMemorySegment(sums, piece + 3 * BYTES, ORDER);
                s19 = s15;
                s18 = s14;
                s17 = s13;
                s16 = s12;
                s15 = s11;
                s14 = s10;
                s13 = s9;
                s12 = s8;
                s11 = s7;
                s10 = s6;
                s9 = s5;
                s8 = s4;
                s7 = s3;
                s6 = s2;
                s5 = s1;
                s4 = s0;
            }
        }
    }
}

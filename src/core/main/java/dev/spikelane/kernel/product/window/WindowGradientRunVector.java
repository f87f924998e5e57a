package dev.spikelane.kernel.product.window;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.loop.Unrolled.requireClass;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.VECTOR;

import dev.spikelane.loop.Unrolled;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * Adds what stands at the places of lists, some vectors side by side, in the order of the lists: up to 20 sums in
 * registers. A slice of constant length at each place leaves one check for all its loads; what is loaded or broadcast
 * calls the Vector API, as its class is known.
 *
 * <p>Sums come in and go out four at a time, through the last four registers, past which the others move: with 20 loads
 * and 20 stores, and a slice around them, C2 passed its limit of nodes in some JVMs, left the slice of each list or the
 * last store as a call, and boxed what that took.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a slice are int on purpose
class WindowGradientRunVector {

    /** The most vectors at a time, where registers are few. */
    private static final int FEW = 12;

    private static final int MANY = 20;
    /** Bytes of weights at a time, as much as the L1 cache of Zen 5: fewer lists end than with 32 KB. */
    private static final int MOST_BYTES = 3 << 14;

    /** Vectors that come in or go out together. */
    private static final int PIECE = 4;

    private static final WindowGradientRunVector[] ADDING = new WindowGradientRunVector[MANY / PIECE];
    private static final WindowGradientRunVector[] MULTIPLYING = new WindowGradientRunVector[FEW / PIECE];

    private final int vectors;
    private final boolean weighted;

    WindowGradientRunVector(int vectors, boolean weighted) {
        this.vectors = vectors;
        this.weighted = weighted;
    }

    /** How many of so many vectors, a multiple of 4, should be added at a time. */
    static int added(int left) {
        return Math.min(left, SimdWidth.bits() == SimdWidth.WIDEST && left != 2 * FEW ? MANY : FEW);
    }

    /** How many should be multiplied at a time, with so many rows that should stay in the L1 cache. */
    static int multiplied(int left, int rows) {
        int most = MOST_BYTES / (rows * SimdWidth.bits() / Byte.SIZE) / PIECE * PIECE;
        return Math.min(left, Math.clamp(most, PIECE, FEW));
    }

    /**
     * Returns what adds so many vectors.
     *
     * @param vectors how many, a multiple of 4
     * @param weighted whether sums of products, from +0, are added to what stands in their place when they are
     *     complete; else what stands at each place is added there
     */
    static WindowGradientRunVector of(int vectors, boolean weighted) {
        WindowGradientRunVector[] made = weighted ? MULTIPLYING : ADDING;
        synchronized (made) {
            int at = vectors / PIECE - 1;
            if (made[at] == null) {
                made[at] = Unrolled.of(MethodHandles.lookup(), new WindowGradientRunVector(vectors, weighted));
            }
            return made[at];
        }
    }

    /**
     * Goes through some lists.
     *
     * @param from bytes in {@code values} to what stands at place 0
     * @param step bytes from a place to the next
     * @param to bytes in {@code sums} to where targets of lists are counted from
     * @param pieces bytes from the target of a list to each four vectors of its sums
     */
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
        int count = vectors / PIECE;
        int front = vectors - PIECE;
        for (int list = first; list < end; list++) {
            long own = to + targets[list];
            FloatVector zero = FloatVector.zero(FLOAT);
            FloatVector[] s = new FloatVector[vectors];
            for (int v = 0; v < vectors; v = next(v)) {
                s[v] = zero;
            }
            if (!weighted) {
                for (int in = 0; in < count; in++) {
                    for (int v = 0; v < front; v = next(v)) {
                        s[v] = s[PIECE + v];
                    }
                    for (int v = 0; v < PIECE; v = next(v)) {
                        s[front + v] = FloatVector.fromMemorySegment(FLOAT, sums, own + pieces[in] + v * BYTES, ORDER);
                    }
                }
            }
            int last = ends[list];
            for (int i = starts[list]; i < last; i++) {
                MemorySegment at = values.asSlice(from + places[i] * (long) step, vectors * BYTES);
                FloatVector factor = zero;
                if (weighted) {
                    factor = FloatVector.broadcast(FLOAT, factors[i]);
                }
                for (int v = 0; v < vectors; v = next(v)) {
                    FloatVector value = FloatVector.fromMemorySegment(FLOAT, at, v * BYTES, ORDER);
                    s[v] = weighted ? factor.fma(value, s[v]) : value.add(s[v]);
                }
            }
            for (int out = count - 1; out >= 0; out--) {
                long piece = own + pieces[out];
                for (int v = 0; v < PIECE; v = next(v)) {
                    if (weighted) {
                        s[front + v] = FloatVector.fromMemorySegment(FLOAT, sums, piece + v * BYTES, ORDER)
                                .add(s[front + v]);
                    }
                }
                requireClass(s, front, vectors, VECTOR);
                for (int v = 0; v < PIECE; v = next(v)) {
                    s[front + v].intoMemorySegment(sums, piece + v * BYTES, ORDER);
                }
                for (int v = 1; v <= front; v = next(v)) {
                    s[vectors - v] = s[front - v];
                }
            }
        }
    }
}

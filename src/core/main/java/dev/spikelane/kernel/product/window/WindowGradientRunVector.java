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
 * Adds the values at the places of lists, in the order of the lists, for some consecutive vectors: up to 20 sums in
 * registers. A slice of constant length at each place leaves one check for all its loads. Vectors that are loaded or
 * broadcast call the Vector API, because their class is known.
 *
 * <p>Sums are loaded and stored four at a time through the last four registers, and the others move past them. With 20
 * loads and 20 stores, and a slice around them, C2 exceeded its limit of nodes in some JVMs. It then left the slice of
 * each list or the last store as a call, and boxed its arguments.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a slice are int on purpose
class WindowGradientRunVector {

    /** Most vectors at a time if registers are few. */
    private static final int FEW = 12;

    private static final int MANY = 20;
    /** Bytes of weights at a time, the size of Zen 5's L1 cache: with 32 KB more lists would end. */
    private static final int MOST_BYTES = 3 << 14;

    /** Vectors that are loaded or stored together. */
    private static final int PIECE = 4;

    private static final WindowGradientRunVector[] ADDING = new WindowGradientRunVector[MANY / PIECE];
    private static final WindowGradientRunVector[] MULTIPLYING = new WindowGradientRunVector[FEW / PIECE];

    private final int vectors;
    private final boolean weighted;

    WindowGradientRunVector(int vectors, boolean weighted) {
        this.vectors = vectors;
        this.weighted = weighted;
    }

    /** Returns the number of vectors to add at a time, if a multiple of 4 is left. */
    static int added(int left) {
        return Math.min(left, SimdWidth.bits() == SimdWidth.WIDEST && left != 2 * FEW ? MANY : FEW);
    }

    /**
     * Returns the number of vectors to multiply at a time, so that their weights for some rows stay in the L1 cache.
     */
    static int multiplied(int left, int rows) {
        int most = MOST_BYTES / (rows * SimdWidth.bits() / Byte.SIZE) / PIECE * PIECE;
        return Math.min(left, Math.clamp(most, PIECE, FEW));
    }

    /**
     * Returns the loop for some vectors.
     *
     * @param vectors the number of vectors, a multiple of 4
     * @param weighted true to start at +0, add products, and add the complete sums to the previous ones; false to add
     *     the values of each place to the previous sums
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
     * Adds the places of some lists.
     *
     * @param from byte offset in {@code values} of place 0
     * @param step bytes from a place to the next
     * @param to byte offset in {@code sums} to which targets of lists are relative
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
            long base = to + targets[list];
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
                        s[front + v] = FloatVector.fromMemorySegment(FLOAT, sums, base + pieces[in] + v * BYTES, ORDER);
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
                long piece = base + pieces[out];
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

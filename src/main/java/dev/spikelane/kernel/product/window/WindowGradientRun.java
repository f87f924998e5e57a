package dev.spikelane.kernel.product.window;

import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Template;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;

/** Adds what stands at the places of lists, some vectors side by side, in the order of the lists. */
abstract class WindowGradientRun {

    /** The most vectors at a time, where registers are few. */
    private static final int FEW = 12;

    private static final int MANY = 20;
    /** Bytes of weights at a time, as much as the L1 cache of Zen 5: fewer lists end than with 32 KB. */
    private static final int MOST_BYTES = 3 << 14;

    private static final WindowGradientRun[] ADDING = new WindowGradientRun[MANY / 4];
    private static final WindowGradientRun[] MULTIPLYING = new WindowGradientRun[FEW / 4];

    /**
     * The options of a copy.
     *
     * @param vectors how many, a multiple of 4
     * @param weighted whether sums of products, from +0, are added to what stands in their place when they are
     *     complete; else what stands at each place is added there
     */
    record Kind(int vectors, boolean weighted) {}

    /** How many of so many vectors, a multiple of 4, should be added at a time. */
    static int added(int left) {
        return Math.min(left, SimdWidth.bits() == SimdWidth.WIDEST && left != 2 * FEW ? MANY : FEW);
    }

    /** How many should be multiplied at a time, with so many rows that should stay in the L1 cache. */
    static int multiplied(int left, int rows) {
        int most = MOST_BYTES / (rows * SimdWidth.bits() / Byte.SIZE) / 4 * 4;
        return Math.min(left, Math.clamp(most, 4, FEW));
    }

    /** Returns what adds so many vectors, as these say. */
    static WindowGradientRun of(int vectors, boolean weighted) {
        WindowGradientRun[] made = weighted ? MULTIPLYING : ADDING;
        synchronized (made) {
            int at = vectors / 4 - 1;
            if (made[at] == null) {
                made[at] = Template.copy(
                        MethodHandles.lookup(),
                        WindowGradientRun.class,
                        WindowGradientRunVector.class,
                        new Kind(vectors, weighted),
                        () -> new WindowGradientRunScalar(new Kind(vectors, weighted)));
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
    abstract void add(
            WindowGradientLists lists,
            int first,
            int end,
            MemorySegment values,
            long from,
            int step,
            MemorySegment sums,
            long to,
            long[] pieces);
}

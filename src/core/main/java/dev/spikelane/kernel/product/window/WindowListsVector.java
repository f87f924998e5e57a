package dev.spikelane.kernel.product.window;

import static dev.spikelane.simd.IntLanes.INT;
import static jdk.incubator.vector.VectorOperators.BIT_COUNT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Makes {@link WindowLists}, one vector of groups at a time. The loop of {@link WindowLists#list} takes five cycles for
 * each group, and a loop over groups with spikes waits for mispredicted branches (Zen 5, 2026-11).
 */
final class WindowListsVector {

    /** The least width: narrower CPUs may have no instruction that packs lanes. */
    static final int BITS = 256;

    /** Most groups in a vector. */
    static final int MOST_GROUPS = 16;

    private static final int GROUPS = INT.length();
    private static final ValueLayout.OfInt HALF_WORD = ValueLayout.JAVA_INT;
    private static final int IN_HALF_WORD = 8;

    /** Lanes of the second half of a word. */
    private static final VectorMask<Integer> UPPER = VectorMask.fromLong(INT, -1L << IN_HALF_WORD);

    private WindowListsVector() {}

    /** Lists groups as {@link WindowLists#list} does; arrays have room for one more vector. */
    static void list(MemorySegment spikes, long from, int groups, int entryBytes, int[] entries, int[] starts) {
        Checks.isNative(spikes);
        IntVector lane = IntVector.zero(INT).addIndex(1);
        IntVector shifts = lane.and(IN_HALF_WORD - 1).mul(4);
        IntVector below = IntVector.broadcast(INT, 1).lanewise(LSHL, lane).sub(1);
        IntVector places = lane.mul(WindowTables.SUBSETS);
        int at = 0;
        for (int group = 0; group < groups; group += GROUPS) {
            long word = from + (long) (group / IN_HALF_WORD) * Integer.BYTES;
            IntVector bits = IntVector.broadcast(INT, spikes.get(HALF_WORD, word) >>> group % IN_HALF_WORD * 4);
            if (GROUPS > IN_HALF_WORD) {
                bits = bits.blend(spikes.get(HALF_WORD, word + Integer.BYTES), UPPER);
            }
            IntVector subsets = bits.lanewise(LSHR, shifts).and(15);
            VectorMask<Integer> some = subsets.compare(NE, 0);
            int mask = (int) some.toLong();
            places.add(group * WindowTables.SUBSETS)
                    .add(subsets)
                    .mul(entryBytes)
                    .compress(some)
                    .intoArray(entries, at);
            IntVector.broadcast(INT, mask)
                    .and(below)
                    .lanewise(BIT_COUNT)
                    .add(at)
                    .intoArray(starts, group);
            at += Integer.bitCount(mask);
        }
        starts[groups] = at;
    }
}

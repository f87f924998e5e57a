package dev.spikelane.kernel.product.spike;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The active inputs of some rows as a list, made once for all outputs, with a mark at those whose group of four goes on
 * with the next. It is in arrays: C2 takes the checks of an array's index out of the loop, and needs none of an arena's
 * life.
 */
public final class ActiveLists {

    /** The mark of an entry whose group goes on with the next one. */
    public static final int GOES_ON = 1;

    /** More than rows that are foreseen have on any machine known, so that lists do not grow when spikes do. */
    private static final int SOME = 1 << 15;

    /** Where the entries of each row start, and those of the last end. */
    public final int[] starts = new int[SpikeCosts.MOST_ROWS_FORESEEN + 1];

    /** For each active input twice its number, and the mark. */
    public int[] entries = {};

    /** Bytes of the lists on the heap, once there are any. */
    static final long BYTES = (long) Integer.BYTES * (SOME + SpikeCosts.MOST_ROWS_FORESEEN + 1);

    /** How many of some rows to list at a time, so that lists rarely grow. */
    public static int rows(int rows, long active) {
        return Math.clamp((long) SOME * rows / Math.max(1, active), 1, SpikeCosts.MOST_ROWS_FORESEEN);
    }

    /** The most active inputs of one of the first rows. */
    public int most(int rows) {
        int most = 0;
        for (int row = 0; row < rows; row++) {
            most = Math.max(most, starts[row + 1] - starts[row]);
        }
        return most;
    }

    /**
     * Lists rows, at most {@link SpikeCosts#MOST_ROWS_FORESEEN}.
     *
     * @param active how many inputs are active in them
     */
    public void list(SpikeMatrix spikes, int firstRow, int rows, long active) {
        if (entries.length < Math.max(1, active)) {
            entries = new int[Math.toIntExact(Math.max(active, Math.max(SOME, 2L * entries.length)))];
        }
        int at = 0;
        for (int row = 0; row < rows; row++) {
            starts[row] = at;
            at = list(spikes.segment(), spikes.rowOffset(firstRow + row), spikes.stride(), at);
        }
        starts[rows] = at;
    }

    private int list(MemorySegment spikes, long row, int words, int start) {
        Checks.isNative(spikes);
        int[] to = entries;
        int at = start;
        for (int word = 0; word < words; word++) {
            long bits = spikes.get(JAVA_LONG, row + (long) word * Long.BYTES);
            while (bits != 0) {
                int input = Long.numberOfTrailingZeros(bits);
                bits &= bits - 1;
                int next = Long.numberOfTrailingZeros(bits);
                to[at] = word * Long.SIZE + input << 1 | (next >> 2 == input >> 2 ? GOES_ON : 0);
                at++;
            }
        }
        return at;
    }
}

package dev.spikelane.kernel.product.spike;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lists of the active inputs of some rows, made once for all outputs. Inputs are in groups of four; an entry is marked
 * if the next one is in its group.
 *
 * <p>Lists are arrays: C2 hoists the checks of an array's index out of a loop, and an array needs no check that an
 * arena is alive.
 */
public final class ActiveLists {

    /** The mark of an entry if the next one is in its group. */
    public static final int GOES_ON = 1;

    /**
     * Most entries before lists grow: more than the active inputs that the branch predictor of any known CPU foresees.
     */
    private static final int EXPECTED_ENTRIES = 1 << 15;

    private static final int WRITTEN_TOGETHER = 4;

    /** Length of new lists: {@link #EXPECTED_ENTRIES}, and entries that threads write past the ends of parts. */
    private static final int INITIAL_LENGTH = EXPECTED_ENTRIES + (1 << 8);

    /**
     * Index of the first entry of each row; if all rows are listed at once, the last is followed by the end of the
     * lists.
     */
    public final int[] starts = new int[SpikeCosts.MOST_ROWS_FORESEEN + 1];

    /** Index after the last entry of each row. */
    final int[] ends = new int[SpikeCosts.MOST_ROWS_FORESEEN];

    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger listed = new AtomicInteger();
    private int parts;

    /** Twice the number of each active input, plus the mark. */
    public int[] entries = {};

    /** Bytes of the lists on the heap after the first call. */
    static final long BYTES = (long) Integer.BYTES * (INITIAL_LENGTH + 2 * SpikeCosts.MOST_ROWS_FORESEEN + 1);

    /** Returns the number of rows to list at a time, so that lists rarely grow. */
    public static int rows(int rows, long active) {
        return Math.clamp((long) EXPECTED_ENTRIES * rows / Math.max(1, active), 1, SpikeCosts.MOST_ROWS_FORESEEN);
    }

    /** Returns true if rows can be listed at once without growing the lists. */
    static boolean fits(int rows, long active) {
        return rows <= SpikeCosts.MOST_ROWS_FORESEEN && active <= EXPECTED_ENTRIES;
    }

    /** Returns the largest number of active inputs in one of the first rows. */
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
     * @param active the number of active inputs in these rows
     */
    public void list(SpikeMatrix spikes, int firstRow, int rows, long active) {
        makeRoom(active, 1);
        list(spikes, firstRow, 0, rows, 0);
        starts[rows] = ends[rows - 1];
    }

    /** Ensures room for active inputs that are listed in some parts. */
    private void makeRoom(long active, int someParts) {
        long needed = active + (long) someParts * WRITTEN_TOGETHER;
        if (entries.length < needed) {
            entries = new int[Math.toIntExact(Math.max(needed, Math.max(INITIAL_LENGTH, 2L * entries.length)))];
        }
    }

    private void list(SpikeMatrix spikes, int firstRow, int from, int end, int start) {
        int at = start;
        for (int row = from; row < end; row++) {
            starts[row] = at;
            at = list(spikes.segment(), spikes.rowOffset(firstRow + row), spikes.stride(), at);
            ends[row] = at;
        }
    }

    /** Prepares {@link #listShared}, which several threads call. */
    void open(long active, int someParts) {
        makeRoom(active, someParts);
        parts = someParts;
        listed.setPlain(0);
        next.set(0);
    }

    /** Lists the parts that no other thread lists, and waits for the other threads. */
    void listShared(SpikeMatrix spikes, int firstRow, int rows) {
        if (listed.get() == parts) {
            return;
        }
        for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
            int from = rows * part / parts;
            try {
                // A part may write up to four entries past its end.
                long before = from == 0 ? 0 : spikes.count(firstRow, from);
                int start = Math.toIntExact(before) + part * WRITTEN_TOGETHER;
                list(spikes, firstRow, from, rows * (part + 1) / parts, start);
            } finally {
                listed.incrementAndGet(); // no thread may wait for one that failed
            }
        }
        while (listed.get() < parts) {
            Thread.onSpinWait();
        }
    }

    /**
     * Lists a row. Each pass writes four entries of a word, used or not, and the next word overwrites the unused ones:
     * the CPU cannot predict their number. 256 rows of 784 inputs at density 0.02 / 0.1 / 0.2 take 12 / 36 / 48 us;
     * written one by one they take 32 / 66 / 132 us (Zen 5, 2026-11).
     */
    private int list(MemorySegment spikes, long row, int words, int start) {
        Checks.isNative(spikes);
        int[] to = entries;
        int at = start;
        for (int word = 0; word < words; word++) {
            long bits = spikes.get(JAVA_LONG, row + (long) word * Long.BYTES);
            int end = at + Long.bitCount(bits);
            int first = word * Long.SIZE << 1;
            int one = Long.numberOfTrailingZeros(bits);
            int i = at;
            do {
                bits &= bits - 1;
                int two = Long.numberOfTrailingZeros(bits);
                bits &= bits - 1;
                int three = Long.numberOfTrailingZeros(bits);
                bits &= bits - 1;
                int four = Long.numberOfTrailingZeros(bits);
                bits &= bits - 1;
                int next = Long.numberOfTrailingZeros(bits);
                to[i] = first + (one << 1) | mark(one, two);
                to[i + 1] = first + (two << 1) | mark(two, three);
                to[i + 2] = first + (three << 1) | mark(three, four);
                to[i + 3] = first + (four << 1) | mark(four, next);
                one = next;
                i += WRITTEN_TOGETHER;
            } while (i < end);
            at = end;
        }
        return at;
    }

    /** Returns {@link #GOES_ON} if two inputs of a word are in one group. */
    private static int mark(int input, int next) {
        return (input ^ next) - 4 >>> 31;
    }
}

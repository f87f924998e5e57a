package dev.spikelane.kernel.product.spike;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

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

    /** Entries that are written together. */
    private static final int AT_A_TIME = 4;

    /** Entries for that many, and what threads write behind them. */
    private static final int ROOM = SOME + (1 << 8);

    /** Where the entries of each row start, and those of the last end, if all rows are listed at once. */
    public final int[] starts = new int[CostModel.MOST_ROWS_FORESEEN + 1];

    /** Where those of each row end. */
    final int[] ends = new int[CostModel.MOST_ROWS_FORESEEN];

    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger listed = new AtomicInteger();
    private int parts;

    /** For each active input twice its number, and the mark. */
    public int[] entries = {};

    /** Bytes of the lists on the heap, once there are any. */
    static final long BYTES = (long) Integer.BYTES * (ROOM + 2 * CostModel.MOST_ROWS_FORESEEN + 1);

    /** How many of some rows to list at a time, so that lists rarely grow. */
    public static int rows(int rows, long active) {
        return Math.clamp((long) SOME * rows / Math.max(1, active), 1, CostModel.MOST_ROWS_FORESEEN);
    }

    /** Whether rows can be listed at once, and lists do not grow. */
    static boolean fits(int rows, long active) {
        return rows <= CostModel.MOST_ROWS_FORESEEN && active <= SOME;
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
     * Lists rows, at most {@link CostModel#MOST_ROWS_FORESEEN}.
     *
     * @param active how many inputs are active in them
     */
    public void list(SpikeMatrix spikes, int firstRow, int rows, long active) {
        makeRoom(active, 1);
        list(spikes, firstRow, 0, rows, 0);
        starts[rows] = ends[rows - 1];
    }

    /** Makes room for the active inputs of rows that are listed in some parts. */
    private void makeRoom(long active, int someParts) {
        long needed = active + (long) someParts * AT_A_TIME;
        if (entries.length < needed) {
            entries = new int[Math.toIntExact(Math.max(needed, Math.max(ROOM, 2L * entries.length)))];
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

    /** Makes ready for {@link #listShared}, by whoever comes. */
    void open(long active, int someParts) {
        makeRoom(active, someParts);
        parts = someParts;
        listed.setPlain(0);
        next.set(0);
    }

    /** Lists what no other thread lists, and waits for those that do. */
    void listShared(SpikeMatrix spikes, int firstRow, int rows) {
        if (listed.get() == parts) {
            return;
        }
        for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
            int from = rows * part / parts;
            try {
                // A part writes behind its end.
                long before = from == 0 ? 0 : spikes.count(firstRow, from);
                int start = Math.toIntExact(before) + part * AT_A_TIME;
                list(spikes, firstRow, from, rows * (part + 1) / parts, start);
            } finally {
                listed.incrementAndGet(); // nobody must wait for a thread that failed
            }
        }
        while (listed.get() < parts) {
            Thread.onSpinWait();
        }
    }

    /**
     * Lists a row. Four entries of a word are written whether they are there or not, and the next word overwrites what
     * was not: how many there are nobody foresees (256 rows of 784 inputs at density 0.02 / 0.1 / 0.2 take 12 / 36 / 48
     * in place of 32 / 66 / 132 us, an entry at a time; Zen 5, 2026-11).
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
                i += AT_A_TIME;
            } while (i < end);
            at = end;
        }
        return at;
    }

    /** {@link #GOES_ON} if two inputs of a word are of one group. */
    private static int mark(int input, int next) {
        return (input ^ next) - 4 >>> 31;
    }
}

package dev.spikelane.kernel.product.gradient;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.SpikeMatrix;
import java.util.Arrays;

/**
 * For each group of four rows and each column of spikes, which of the rows fire; and for each column the groups in
 * which it fires at all. Groups go by steps descending, those of a step ascending.
 *
 * <p>Spikes are taken in three phases: {@link #open} and {@link #close} by one thread, {@link #spread} and
 * {@link #list} by threads that share the panels and sections.
 */
final class SpikeLists {

    /** Groups of a panel: as many as a word has nibbles. */
    static final int PANEL_GROUPS = 16;

    /** Groups of a section: tables of partial sums of 64 columns are then 128 KB. */
    static final int GROUPS = 32;

    /** Partial sums of a group: of each subset of its four rows. */
    static final int ENTRIES = 16;

    static final int TABLE_ROWS = GROUPS * ENTRIES;

    /** Rows of 64 columns for the tables of a panel, whose entries are at most two vectors. */
    static final int PANEL_ROWS = PANEL_GROUPS * ENTRIES / 2;

    static final int PANELS_IN_SECTION = GROUPS / PANEL_GROUPS;

    /** The lowest bit of each of 16 nibbles. */
    private static final long LOWEST = 0x1111111111111111L;

    final int columns;
    /**
     * For each panel and column, a bit for each of its 64 rows that fires; a group has a nibble, its first row the
     * lowest bit.
     */
    long[] words = {};
    /** The group's number in its section, times 16, and a bit for each row that fires. */
    short[] entries = {};
    /** Where the list of a section and column starts; section after section. */
    int[] starts = {0};

    int panels;
    int sections;
    /** Whether there are lists. */
    boolean listed;

    /** Groups and columns of a panel in which something fires. */
    private int[] filled = {};

    private int steps;
    private int batch;
    private int groupsInStep;

    SpikeLists(int columns) {
        this.columns = columns;
    }

    /** The most bytes that lists of so many steps take on the heap, if they are made up to so many percent filled. */
    long bytes(int steps, int batch, int mostFilled) {
        long groups = (long) steps * Math.ceilDiv(batch, 4);
        long ofPanels = Math.ceilDiv(groups, PANEL_GROUPS);
        long ofSections = Math.ceilDiv(ofPanels, PANELS_IN_SECTION);
        long most = groups * columns * mostFilled / 100;
        return Long.BYTES * ofPanels * stride()
                + Integer.BYTES * (ofPanels + ofSections * columns + 1)
                + Short.BYTES * most;
    }

    /** Columns rounded up to whole words. */
    int stride() {
        return Math.ceilDiv(columns, Long.SIZE) * Long.SIZE;
    }

    int groups() {
        return steps * groupsInStep;
    }

    /** Whether turns of so many steps, the last steps first, end where sections do. */
    boolean wholeSections(int stepsInTurn) {
        return stepsInTurn >= steps || stepsInTurn * groupsInStep % GROUPS == 0;
    }

    /** The section in which the steps before this one begin. */
    int section(int endStep) {
        return Math.ceilDiv((steps - endStep) * groupsInStep, GROUPS);
    }

    /** The first row of a group. */
    int row(int group) {
        return (steps - 1 - group / groupsInStep) * batch + group % groupsInStep * 4;
    }

    /** Rows of a group, 4 unless it is the last of its step. */
    int rows(int group) {
        return Math.min(4, batch - group % groupsInStep * 4);
    }

    /**
     * Makes room for spikes.
     *
     * @param stored whether panels will be spread to {@link #words}
     */
    void open(int rows, int batchSize, boolean stored) {
        batch = batchSize;
        steps = rows / batchSize;
        groupsInStep = Math.ceilDiv(batchSize, 4);
        panels = Math.ceilDiv(groups(), PANEL_GROUPS);
        sections = Math.ceilDiv(panels, PANELS_IN_SECTION);
        listed = false;
        if (stored && words.length < panels * stride()) {
            words = new long[panels * stride()];
            filled = new int[panels];
        }
    }

    /** Takes the spikes of a panel. */
    void spread(SpikeMatrix spikes, int panel) {
        int count = 0;
        int to = panel * stride();
        spread(spikes, panel, 0, spikes.stride(), words, to);
        for (int i = to; i < to + stride(); i++) {
            long bits = words[i];
            count += Long.bitCount((bits | bits >>> 1 | bits >>> 2 | bits >>> 3) & LOWEST);
        }
        filled[panel] = count;
    }

    /**
     * Takes the spikes of a panel in some times 64 columns: for each of these a word as in {@link #words}.
     *
     * @param first which 64 columns are the first
     * @param count times 64 columns
     * @param into receives 64 words for each
     * @param to where
     */
    void spread(SpikeMatrix spikes, int panel, int first, int count, long[] into, int to) {
        int step = steps - 1 - panel * PANEL_GROUPS / groupsInStep;
        int sample = panel * PANEL_GROUPS % groupsInStep * 4;
        long stride = spikes.rowOffset(1);
        int row = 0;
        while (row < Long.SIZE) { // samples of a step, and zeros behind the last
            int some = step < 0 ? 0 : Math.min(batch - sample, Long.SIZE - row);
            int end = step < 0 ? Long.SIZE : row + Math.ceilDiv(some, 4) * 4;
            for (int word = 0; word < count; word++) {
                long from = spikes.rowOffset(step * batch + sample) + (long) (first + word) * Long.BYTES;
                int at = to + word * Long.SIZE + row;
                for (int i = 0; i < some; i++) {
                    into[at + i] = spikes.segment().get(JAVA_LONG, from + i * stride);
                }
                Arrays.fill(into, at + some, at + end - row, 0);
            }
            row = end;
            sample = 0;
            step--;
        }
        for (int word = 0; word < count; word++) {
            BitSquareVector.transpose(into, to + word * Long.SIZE);
        }
    }

    /**
     * Decides whether lists pay, and makes room for them.
     *
     * @param mostFilled percent of groups and columns in which something fires, from which on lists do not pay
     */
    void close(int mostFilled) {
        long all = 0;
        for (int panel = 0; panel < panels; panel++) {
            all += filled[panel];
        }
        long most = (long) groups() * columns * mostFilled / 100;
        listed = all < most;
        if (listed) {
            if (starts.length < sections * columns + 1) {
                starts = new int[sections * columns + 1];
            }
            if (entries.length < all) {
                entries = new short[(int) Math.min(most, all + all / 4)];
            }
            starts[sections * columns] = (int) all;
        }
    }

    /** Makes the lists of a section. */
    void list(int section) {
        int end = 0;
        for (int panel = 0; panel < section * PANELS_IN_SECTION; panel++) {
            end += filled[panel];
        }
        int panel = section * PANELS_IN_SECTION;
        int from = panel * stride();
        for (int column = 0; column < columns; column++) {
            starts[section * columns + column] = end;
            end = list(words[from + column], 0, end);
            if (panel + 1 < panels) {
                end = list(words[from + stride() + column], PANEL_GROUPS, end);
            }
        }
    }

    /** Lists the groups of a word. */
    private int list(long word, int firstGroup, int first) {
        int end = first;
        long left = word;
        while (left != 0) {
            int shift = Long.numberOfTrailingZeros(left) & ~3;
            int nibble = (int) (left >>> shift) & 0xF;
            entries[end] = (short) ((firstGroup + (shift >>> 2)) * ENTRIES + nibble);
            end++;
            left &= ~(0xFL << shift);
        }
        return end;
    }
}

package dev.spikelane.kernel.product.gradient;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.SpikeMatrix;
import java.util.Arrays;

/**
 * Lists, for each column of spikes, the groups of four rows in which it fires, each with the rows that fire. Groups are
 * ordered by step descending, then by sample ascending.
 *
 * <p>Spikes are listed in four phases: one thread calls {@link #open}, threads share the panels by {@link #spread}, one
 * thread calls {@link #close}, threads share the sections by {@link #list}.
 */
final class SpikeLists {

    /** Groups of a panel: one for each nibble of a word. */
    static final int PANEL_GROUPS = 16;

    /** Groups of a section: tables of partial sums of 64 columns are then 128 KB. */
    static final int GROUPS = 32;

    /** Partial sums of a group: one for each subset of its four rows. */
    static final int ENTRIES = 16;

    static final int TABLE_ROWS = GROUPS * ENTRIES;

    /** Rows of 64 columns for the tables of a panel, whose entries are at most two vectors. */
    static final int PANEL_ROWS = PANEL_GROUPS * ENTRIES / 2;

    static final int PANELS_IN_SECTION = GROUPS / PANEL_GROUPS;

    /** The lowest bit of each of 16 nibbles. */
    private static final long LOWEST = 0x1111111111111111L;

    final int columns;
    /**
     * A word for each panel and column with a bit for each of its 64 rows that fires. A group has a nibble, with its
     * first row in the lowest bit.
     */
    long[] words = {};
    /** The group's number in its section times 16, plus a bit for each row that fires. */
    short[] entries = {};
    /** Index of the first entry of each section and column, section after section. */
    int[] starts = {0};

    int panels;
    int sections;
    boolean listed;

    /** Number of groups and columns of each panel in which a row fires. */
    private int[] filled = {};

    private int steps;
    private int batch;
    private int groupsInStep;

    SpikeLists(int columns) {
        this.columns = columns;
    }

    /**
     * Returns the most bytes of lists on the heap, if they are made up to this percentage of filled groups and columns.
     */
    long bytes(int steps, int batch, int mostFilled) {
        long groups = (long) steps * Math.ceilDiv(batch, 4);
        long ofPanels = Math.ceilDiv(groups, PANEL_GROUPS);
        long ofSections = Math.ceilDiv(ofPanels, PANELS_IN_SECTION);
        long most = groups * columns * mostFilled / 100;
        return Long.BYTES * ofPanels * stride()
                + Integer.BYTES * (ofPanels + ofSections * columns + 1)
                + Short.BYTES * most;
    }

    /** Returns the number of columns rounded up to whole words. */
    int stride() {
        return Math.ceilDiv(columns, Long.SIZE) * Long.SIZE;
    }

    int groups() {
        return steps * groupsInStep;
    }

    /** Returns true if chunks of this number of steps, the last steps first, end at the ends of sections. */
    boolean wholeSections(int stepsInTurn) {
        return stepsInTurn >= steps || stepsInTurn * groupsInStep % GROUPS == 0;
    }

    /** Returns the section in which the steps before {@code endStep} begin. */
    int section(int endStep) {
        return Math.ceilDiv((steps - endStep) * groupsInStep, GROUPS);
    }

    /** Returns the first row of a group. */
    int row(int group) {
        return (steps - 1 - group / groupsInStep) * batch + group % groupsInStep * 4;
    }

    int rows(int group) {
        return Math.min(4, batch - group % groupsInStep * 4);
    }

    /**
     * Sets the shape of the spikes and ensures room for them.
     *
     * @param stored true if panels will be spread to {@link #words}
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

    /** Spreads the spikes of a panel to {@link #words}. */
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
     * Spreads the spikes of a panel in some blocks of 64 columns, as in {@link #words}.
     *
     * @param first the first block
     * @param count the number of blocks
     * @param into receives 64 words for each block
     * @param to index of the first word
     */
    void spread(SpikeMatrix spikes, int panel, int first, int count, long[] into, int to) {
        int step = steps - 1 - panel * PANEL_GROUPS / groupsInStep;
        int sample = panel * PANEL_GROUPS % groupsInStep * 4;
        long stride = spikes.rowOffset(1);
        int row = 0;
        while (row < Long.SIZE) { // the samples of a step, and zeros after the last step
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
     * Decides if lists pay, and ensures room for them.
     *
     * @param mostFilled percentage of filled groups and columns from which on lists do not pay
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

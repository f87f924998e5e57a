package dev.spikelane.kernel.product;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * For each column of spikes the groups of four rows in which it fires: of each such group its number in a section and which of its rows
 * fire. Groups go by steps descending, those of a step ascending.
 */
final class SpikeLists {

    /** Groups of a section: tables of partial sums of 64 columns are then 128 KB. */
    static final int GROUPS = 32;

    /** Partial sums of a group: of each subset of its four rows. */
    static final int ENTRIES = 16;

    static final int TABLE_ROWS = GROUPS * ENTRIES;

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

    final int columns;
    /** The group's number in its section, times 16, and a bit for each row that fires. */
    short[] entries = {};
    /** Where the list of a section and column starts; section after section. */
    int[] starts = {0};

    int sections;
    int steps;
    int batch;
    private byte[] nibbles = {};

    SpikeLists(int columns) {
        this.columns = columns;
    }

    int groupsInStep() {
        return Math.ceilDiv(batch, 4);
    }

    int groups() {
        return steps * groupsInStep();
    }

    /** The first row of a group. */
    int row(int group) {
        int inStep = groupsInStep();
        return (steps - 1 - group / inStep) * batch + group % inStep * 4;
    }

    /** Rows of a group, 4 unless it is the last of its step. */
    int rows(int group) {
        return Math.min(4, batch - group % groupsInStep() * 4);
    }

    /** Makes the lists of spikes. */
    void set(SpikeMatrix spikes, int batchSize) {
        batch = batchSize;
        steps = spikes.rows() / batchSize;
        int groups = groups();
        sections = Math.ceilDiv(groups, GROUPS);
        if (starts.length < sections * columns + 1) {
            starts = new int[sections * columns + 1];
            nibbles = new byte[Math.ceilDiv(columns, Long.SIZE) * Long.SIZE * GROUPS];
        }
        int filled = 0;
        for (int section = 0; section < sections; section++) {
            int first = section * GROUPS;
            int some = Math.min(GROUPS, groups - first);
            if (entries.length < filled + some * columns) {
                entries = Arrays.copyOf(entries, filled + some * columns + entries.length);
            }
            spread(spikes, first, some);
            for (int column = 0; column < columns; column++) {
                starts[section * columns + column] = filled;
                int from = column * GROUPS;
                for (int group = 0; group < some; group++) {
                    int nibble = nibbles[from + group];
                    entries[filled] = (short) (group * ENTRIES + nibble);
                    filled += nibble != 0 ? 1 : 0;
                }
            }
        }
        starts[sections * columns] = filled;
    }

    /** The bits of some groups, column by column. */
    private void spread(SpikeMatrix spikes, int first, int some) {
        for (int group = 0; group < some; group++) {
            int row = row(first + group);
            int rows = rows(first + group);
            for (int word = 0; word < spikes.stride(); word++) {
                long offset = (long) word * Long.BYTES;
                long a = spikes.segment().get(WORD, spikes.rowOffset(row) + offset);
                long b = rows > 1 ? spikes.segment().get(WORD, spikes.rowOffset(row + 1) + offset) : 0;
                long c = rows > 2 ? spikes.segment().get(WORD, spikes.rowOffset(row + 2) + offset) : 0;
                long d = rows > 3 ? spikes.segment().get(WORD, spikes.rowOffset(row + 3) + offset) : 0;
                int to = word * Long.SIZE * GROUPS + group;
                for (int bit = 0; bit < Long.SIZE; bit++) {
                    nibbles[to + bit * GROUPS] =
                            (byte) (a >>> bit & 1 | (b >>> bit & 1) << 1 | (c >>> bit & 1) << 2 | (d >>> bit & 1) << 3);
                }
            }
        }
    }
}

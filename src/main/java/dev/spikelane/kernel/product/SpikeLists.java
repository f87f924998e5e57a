package dev.spikelane.kernel.product;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * For each group of four rows and each column of spikes, which of the rows fire; and for each column the groups in which it fires at all. Groups
 * go by steps descending, those of a step ascending.
 */
final class SpikeLists {

    /** Groups of a section: tables of partial sums of 64 columns are then 128 KB. */
    static final int GROUPS = 32;

    /** Partial sums of a group: of each subset of its four rows. */
    static final int ENTRIES = 16;

    static final int TABLE_ROWS = GROUPS * ENTRIES;

    /** Percent of groups and columns in which something fires, from which on lists do not pay. */
    private static final int MOST_FILLED = 50;

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** The lowest bit of each of eight bytes. */
    private static final long LOWEST = 0x0101010101010101L;

    final int columns;
    /** For each group and column, a bit for each row that fires. */
    byte[] nibbles = {};
    /** The group's number in its section, times 16, and a bit for each row that fires. */
    short[] entries = {};
    /** Where the list of a section and column starts; section after section. */
    int[] starts = {0};

    int sections;
    /** Whether there are lists. */
    boolean listed;

    private long filled;
    int steps;
    int batch;

    SpikeLists(int columns) {
        this.columns = columns;
    }

    /** Columns rounded up to whole words. */
    int stride() {
        return Math.ceilDiv(columns, Long.SIZE) * Long.SIZE;
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

    /**
     * Takes spikes.
     *
     * @param wanted whether lists are made too, if so many groups are empty that these pay
     */
    void set(SpikeMatrix spikes, int batchSize, boolean wanted) {
        batch = batchSize;
        steps = spikes.rows() / batchSize;
        int groups = groups();
        sections = Math.ceilDiv(groups, GROUPS);
        int panels = Math.ceilDiv(groups, WeightTablesVector.GROUPS) * WeightTablesVector.GROUPS;
        if (nibbles.length < panels * stride()) {
            nibbles = new byte[panels * stride()];
        }
        Arrays.fill(nibbles, groups * stride(), panels * stride(), (byte) 0);
        filled = 0;
        for (int group = 0; group < groups; group++) {
            spread(spikes, group);
        }
        listed = wanted && filled < (long) groups * columns * MOST_FILLED / 100;
        if (listed) {
            list(groups);
        }
    }

    private void spread(SpikeMatrix spikes, int group) {
        int row = row(group);
        int rows = rows(group);
        for (int word = 0; word < spikes.stride(); word++) {
            long offset = (long) word * Long.BYTES;
            long a = spikes.segment().get(WORD, spikes.rowOffset(row) + offset);
            long b = rows > 1 ? spikes.segment().get(WORD, spikes.rowOffset(row + 1) + offset) : 0;
            long c = rows > 2 ? spikes.segment().get(WORD, spikes.rowOffset(row + 2) + offset) : 0;
            long d = rows > 3 ? spikes.segment().get(WORD, spikes.rowOffset(row + 3) + offset) : 0;
            filled += Long.bitCount(a | b | c | d);
            int to = group * stride() + word * Long.SIZE;
            for (int bit = 0; bit < Long.SIZE; bit += Byte.SIZE) {
                long eight = Long.expand(a >>> bit, LOWEST)
                        | Long.expand(b >>> bit, LOWEST) << 1
                        | Long.expand(c >>> bit, LOWEST) << 2
                        | Long.expand(d >>> bit, LOWEST) << 3;
                EIGHT.set(nibbles, to + bit, eight);
            }
        }
    }

    private void list(int groups) {
        if (starts.length < sections * columns + 1) {
            starts = new int[sections * columns + 1];
        }
        int end = 0;
        for (int section = 0; section < sections; section++) {
            int first = section * GROUPS;
            int some = Math.min(GROUPS, groups - first);
            if (entries.length < end + some * columns) {
                entries = Arrays.copyOf(entries, end + some * columns + entries.length);
            }
            for (int column = 0; column < columns; column++) {
                starts[section * columns + column] = end;
                int from = first * stride() + column;
                for (int group = 0; group < some; group++) {
                    int nibble = nibbles[from];
                    entries[end] = (short) (group * ENTRIES + nibble);
                    end += nibble != 0 ? 1 : 0;
                    from += stride();
                }
            }
        }
        starts[sections * columns] = end;
    }
}

package dev.spikelane.kernel.product;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The active inputs of some rows as a list, made once for all outputs: for each row where its part starts, and for each active input
 * where its weights stand in a block.
 */
final class ActiveInputs {

    /** Entries of the list, 64 KB; a row with more inputs has them all. */
    private static final int ENTRIES = 1 << 14;

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    /** Where the entries are, behind the starts: one for each row, and the end. */
    private static final int FIRST = IntegerSums.LISTS + (IntegerSums.ROWS + 1) * Integer.BYTES;

    private ActiveInputs() {}

    /** Bytes of the whole workspace. */
    static long workspaceBytes(int pre) {
        return FIRST + (long) entries(pre) * Integer.BYTES;
    }

    private static int entries(int pre) {
        return Math.max(ENTRIES, pre);
    }

    /**
     * Lists rows.
     *
     * @param inputBytes bytes from one input's weights to those of the next
     * @return how many rows were listed, at least one
     */
    static int list(SpikeMatrix spikes, int firstRow, int endRow, int inputBytes, MemorySegment workspace) {
        MemorySegment words = spikes.segment();
        long end = workspaceBytes(spikes.columns());
        int at = FIRST;
        int some = Math.min(endRow - firstRow, IntegerSums.ROWS);
        for (int row = 0; row < some; row++) {
            workspace.set(INT, start(row), at);
            if (row > 0 && at + spikes.count(firstRow + row, 1) * Integer.BYTES > end) {
                return row;
            }
            at = listRow(words, spikes.rowOffset(firstRow + row), spikes.stride(), inputBytes, workspace, at);
        }
        workspace.set(INT, start(some), at);
        return some;
    }

    private static long start(int row) {
        return IntegerSums.LISTS + (long) row * Integer.BYTES;
    }

    /** How many inputs of a row are active. */
    static int count(MemorySegment workspace, int row) {
        return (workspace.get(INT, start(row + 1)) - workspace.get(INT, start(row))) / Integer.BYTES;
    }

    /** The largest count of the first rows. */
    static int most(MemorySegment workspace, int rows) {
        int most = 0;
        for (int row = 0; row < rows; row++) {
            most = Math.max(most, count(workspace, row));
        }
        return most;
    }

    private static int listRow(
            MemorySegment spikes, long row, int words, int inputBytes, MemorySegment workspace, int start) {
        int at = start;
        for (int word = 0; word < words; word++) {
            long bits = spikes.get(WORD, row + (long) word * Long.BYTES);
            int base = word * Long.SIZE;
            while (bits != 0) {
                workspace.set(INT, at, (base + Long.numberOfTrailingZeros(bits)) * inputBytes);
                at += Integer.BYTES;
                bits &= bits - 1;
            }
        }
        return at;
    }
}

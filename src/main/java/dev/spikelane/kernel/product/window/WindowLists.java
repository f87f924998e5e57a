package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The groups of four channels of a map in which one fires, in the order of the map: where their entries would stand in
 * {@link WindowTables} if a kernel were as wide as the map is large. What a window reads of a row is a part of the
 * list, for each column another; so spikes are looked for once, not once a column.
 *
 * <p>It serves one thread at a time, again and again.
 */
public final class WindowLists {

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
    private static final long LOWEST_OF_GROUPS = 0x1111_1111_1111_1111L;

    final WindowTables tables;

    /** Where the entry of each group stands, in bytes, from where those of a first pixel do. It may wrap around. */
    final int[] entries;

    /** Where the groups of each pixel begin, and those of the last end. */
    final int[] starts;

    private final int[] firsts;
    private final long[] groups;

    /**
     * Allocates lists for the maps of a window.
     *
     * @param tables of the product
     */
    public WindowLists(WindowTables tables) {
        this.tables = tables;
        int inputs = tables.window.inputs();
        int words = Math.ceilDiv(inputs, Long.SIZE);
        entries = new int[inputs / 4];
        starts = new int[inputs / tables.window.channels() + 1];
        firsts = new int[words + 1];
        groups = new long[words + 1];
    }

    /** Lists the map of a row. */
    void list(SpikeMatrix spikes, int row) {
        MemorySegment words = spikes.segment();
        Checks.isNative(words);
        int entryBytes = tables.entryBytes();
        long from = spikes.rowOffset(row);
        int end = firsts.length - 1;
        int at = 0;
        for (int word = 0; word < end; word++) {
            long bits = words.get(WORD, from + (long) word * Long.BYTES);
            long pairs = bits | bits >>> 1;
            long some = (pairs | pairs >>> 2) & LOWEST_OF_GROUPS;
            firsts[word] = at;
            groups[word] = some;
            while (some != 0) {
                int bit = Long.numberOfTrailingZeros(some);
                some &= some - 1;
                int group = word * (Long.SIZE / 4) + (bit >> 2);
                entries[at++] = (group * WindowTables.SUBSETS + (int) (bits >>> bit & 15)) * entryBytes;
            }
        }
        firsts[end] = at;
        int channels = tables.window.channels();
        for (int pixel = 0; pixel < starts.length; pixel++) {
            int bit = pixel * channels;
            int word = bit >> 6;
            starts[pixel] = firsts[word] + Long.bitCount(groups[word] & (1L << bit) - 1);
        }
    }
}

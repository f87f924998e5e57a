package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.product.spike.Chooser;
import dev.spikelane.kernel.product.spike.StageChoice;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The groups of four channels of a map in which one fires, in the order of the map: where their entries would stand in
 * {@link WindowTables} if a kernel were as wide as the map is large. What a window reads of a row is a part of the
 * list, for each column another; so spikes are looked for once, not once a column.
 *
 * <p>It serves one thread at a time, again and again.
 */
public final class WindowLists {

    final WindowTables tables;

    /** Where the entry of each group stands, in bytes, from where those of a first pixel do. It may wrap around. */
    final int[] entries;

    /** How many entries there are before each group, and behind the last. */
    final int[] starts;

    /** Currents of a map with channels rounded up to strips; null where their number is a multiple. */
    final @Nullable FloatMatrix room;

    /** What chooses between these and others. */
    public final StageChoice choice = new StageChoice(Chooser.OF_JVM, 1);

    private final int groups;

    /**
     * Allocates lists for the maps of a window.
     *
     * @param arena the arena that owns memory
     * @param tables of the product
     */
    public WindowLists(Arena arena, WindowTables tables) {
        this.tables = tables;
        int channels = tables.outputs() * Float.BYTES;
        int rounded = Math.ceilDiv(channels, tables.strip) * tables.strip;
        int floats = Math.multiplyExact(tables.window.positions(), rounded / Float.BYTES);
        room = rounded == channels ? null : FloatMatrix.zeros(arena, 1, floats);
        groups = tables.window.inputs() / 4;
        entries = new int[groups + WindowListsVector.MOST_GROUPS];
        starts = new int[groups + WindowListsVector.MOST_GROUPS];
    }

    /** Returns how many bytes they take on the heap. */
    public long listBytes() {
        return (long) Integer.BYTES * (entries.length + (long) starts.length);
    }

    /** Whether they are for these tables. */
    public boolean isOf(WindowTables some) {
        return tables == some;
    }

    /** Lists the map of a row, without a branch that depends on spikes. */
    void list(SpikeMatrix spikes, int row) {
        long from = spikes.rowOffset(row);
        if (SimdWidth.bits() >= WindowListsVector.BITS) {
            WindowListsVector.list(spikes.segment(), from, groups, tables.entryBytes(), entries, starts);
        } else {
            list(spikes.segment(), from, groups, tables.entryBytes(), entries, starts);
        }
    }

    /** How many groups fire. */
    int count() {
        return starts[groups];
    }

    /** Lists groups of a row of spikes. */
    static void list(MemorySegment spikes, long from, int groups, int entryBytes, int[] entries, int[] starts) {
        int at = 0;
        for (int group = 0; group < groups; group++) {
            long word = spikes.get(JAVA_LONG, from + (group >> 4) * (long) Long.BYTES);
            int subset = (int) (word >>> (group << 2)) & 15;
            starts[group] = at;
            entries[at] = (group * WindowTables.SUBSETS + subset) * entryBytes;
            at += subset + 15 >> 4; // 1 where there is one
        }
        starts[groups] = at;
    }
}

package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.StageChoice;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Lists of the groups of four channels of a map in which one fires, in the order of the map. An entry is the offset of
 * a group's table entry in {@link WindowTables}, as if a kernel were as wide as the map. Each column of windows reads
 * another part of a row's list, so spikes are found once, not once a column.
 *
 * <p>One thread uses the lists at a time.
 */
public final class WindowLists {

    final WindowTables tables;

    /** Byte offset of each group's entry from the entries of the first pixel. It may overflow and wrap around. */
    final int[] entries;

    /** Number of entries before each group; the last is the number of all. */
    final int[] starts;

    /** Currents of a map whose channels are rounded up to whole strips; null if they are whole strips. */
    final @Nullable FloatMatrix room;

    /** The choice between these lists and other ways. */
    public final StageChoice choice = new StageChoice(Chooser.OF_JVM, 1);

    private final int groups;

    /** Allocates lists for the maps of a window. */
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

    /** Returns the bytes of the lists on the heap. */
    public long listBytes() {
        return (long) Integer.BYTES * (entries.length + (long) starts.length);
    }

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
            at += subset + 15 >> 4; // 1 if a channel fires
        }
        starts[groups] = at;
    }
}

package dev.spikelane.kernel.product.integer;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.kernel.product.spike.SpikeCosts;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;

/**
 * Layout of the scratch memory of {@link IntegerMatmul} in {@link ProductScratch#tables}, in bytes: tables, sums, and
 * spikes by panel.
 */
final class IntegerSums {

    /** Inputs whose tables are made together; these take a third of an L1 cache. */
    static final int PANEL = 16;

    static final int GROUPS = PANEL / 4;

    static final int ENTRIES = 16;

    /** Rows that share tables or lists. */
    static final int ROWS = SpikeCosts.MOST_ROWS_FORESEEN;

    /**
     * Sums that fit the memory, each for a row and a block: four blocks for all rows, or more blocks for fewer rows.
     */
    static final int ROOM = ROWS * PackedIntegers.SIDE_BY_SIDE;

    /** Bytes of the 16-bit sums of a row and a block; {@link #WIDE_BYTES} are 32-bit sums. */
    static final int NARROW_BYTES = PackedIntegers.BLOCK * Short.BYTES;

    static final int WIDE_BYTES = PackedIntegers.BLOCK * Integer.BYTES;

    /** Bytes of four vectors of at most 512 bits. */
    private static final int STRIP_BYTES = 4 * 64;

    static final int TABLES_BYTES = GROUPS * ENTRIES * STRIP_BYTES;

    /** Offset of a panel's items after they are split. */
    static final int SPLIT = TABLES_BYTES;

    static final int NARROW = SPLIT + PANEL * STRIP_BYTES;

    static final int WIDE = NARROW + ROOM * NARROW_BYTES;

    /** Offset of the spikes of some panels: 16 bits for each panel and row. */
    static final int SPIKES = WIDE + ROOM * WIDE_BYTES;

    /** Panels whose spikes are in the workspace at a time. */
    static final int PANELS = 256;

    /** Bytes from one panel's spikes to the next panel's. */
    static final int SPIKES_BYTES = ROWS * Short.BYTES;

    static final int BYTES = SPIKES + PANELS * SPIKES_BYTES;

    private IntegerSums() {}

    /**
     * Copies spikes to {@code [panel][row]}.
     *
     * @param bytes bytes of a row's spikes in a panel, 2 or 4
     */
    static void takeSpikes(
            SpikeMatrix spikes, int firstRow, int rows, int bytes, int first, int end, MemorySegment workspace) {
        MemorySegment from = spikes.segment();
        Checks.isNative(from);
        Checks.isNative(workspace);
        for (int row = 0; row < rows; row++) {
            long at = spikes.rowOffset(firstRow + row);
            for (int panel = first; panel < end; panel++) {
                long to = SPIKES + ((long) (panel - first) * ROWS + row) * bytes;
                if (bytes == Short.BYTES) {
                    workspace.set(JAVA_SHORT, to, from.get(JAVA_SHORT, at + (long) panel * bytes));
                } else {
                    workspace.set(JAVA_INT, to, from.get(JAVA_INT, at + (long) panel * bytes));
                }
            }
        }
    }
}

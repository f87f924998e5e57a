package dev.spikelane.kernel.product.integer;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.spikelane.kernel.product.spike.CostModel;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;

/**
 * Shape of the scratch memory of {@link IntegerMatmul} in {@link ProductScratch#tables}, in bytes: tables, sums, and
 * spikes by panel.
 */
final class IntegerSums {

    /** Inputs whose tables are made at a time: their tables take a third of an L1 cache. */
    static final int PANEL = 16;

    /** Groups of four inputs in a panel. */
    static final int GROUPS = PANEL / 4;

    static final int ENTRIES = 16;

    /** Rows that share tables, or a list. */
    static final int ROWS = CostModel.MOST_ROWS_FORESEEN;

    /**
     * Sums of a row and a block of 64 outputs that there is room for: those of four blocks for all rows, or of more for
     * fewer.
     */
    static final int ROOM = ROWS * PackedIntegers.SIDE_BY_SIDE;

    /** Bytes of such sums, of 16 and of 32 bits. */
    static final int NARROW_BYTES = PackedIntegers.BLOCK * Short.BYTES;

    static final int WIDE_BYTES = PackedIntegers.BLOCK * Integer.BYTES;

    /** Four vectors of at most 512 bits. */
    private static final int STRIP_BYTES = 4 * 64;

    static final int TABLES_BYTES = GROUPS * ENTRIES * STRIP_BYTES;

    /** Where the items of a panel are put aside. */
    static final int SPLIT = TABLES_BYTES;

    /** Where the sums of 16 bits are. */
    static final int NARROW = SPLIT + PANEL * STRIP_BYTES;

    /** Where the sums of 32 bits are. */
    static final int WIDE = NARROW + ROOM * NARROW_BYTES;

    /** Where the spikes of a panel are for each row, 16 bits each, of some panels. */
    static final int SPIKES = WIDE + ROOM * WIDE_BYTES;

    /** Panels whose spikes are there at a time. */
    static final int PANELS = 256;

    /** Bytes from the spikes of one panel to those of the next. */
    static final int SPIKES_BYTES = ROWS * Short.BYTES;

    /** Bytes of them all. */
    static final int BYTES = SPIKES + PANELS * SPIKES_BYTES;

    private IntegerSums() {}

    /**
     * Puts the spikes of panels side by side, a row after the other.
     *
     * @param bytes of the spikes of a panel, of two or four
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

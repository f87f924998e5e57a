package dev.spikelane.kernel.product;

/** Shape of the scratch memory of {@link IntegerMatmul}, in bytes: tables, sums, and lists of active inputs. */
final class IntegerSums {

    /** Inputs whose tables are made at a time: half a word of spikes. */
    static final int PANEL = 32;

    /** Groups of four inputs in a panel. */
    static final int GROUPS = PANEL / 4;

    static final int ENTRIES = 16;

    /** Rows that share the tables of a panel, or a list. */
    static final int ROWS = 256;

    /** Four vectors of at most 512 bits. */
    private static final int STRIP_BYTES = 4 * 64;

    static final int TABLES_BYTES = GROUPS * ENTRIES * STRIP_BYTES;

    /** Where one vector of each input of a panel is put aside. */
    static final int SPLIT = TABLES_BYTES;

    /** Where the sums of 16 bits are. */
    static final int NARROW = SPLIT + PANEL * 64;

    /** Where the sums of 32 bits are. */
    static final int WIDE = NARROW + ROWS * STRIP_BYTES;

    /** Where the lists are. */
    static final int LISTS = WIDE + 2 * ROWS * STRIP_BYTES;

    private IntegerSums() {}
}

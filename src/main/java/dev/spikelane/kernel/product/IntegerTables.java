package dev.spikelane.kernel.product;

/** Shape of the tables of partial sums of integer weights, which stay in the L1 cache, and of the sums beside them. */
final class IntegerTables {

    /** Inputs whose tables are made at a time: half a word of spikes. */
    static final int PANEL = 32;

    /** Groups of four inputs in a panel. */
    static final int GROUPS = PANEL / 4;

    static final int ENTRIES = 16;

    /** Rows that share the tables of a panel. */
    static final int ROWS = 256;

    /** Bytes of the sums of a row, of 128 outputs at most. */
    static final int SUM_BYTES = 4 * 64;

    static final int TABLES_BYTES = GROUPS * ENTRIES * SUM_BYTES;

    static final int SUMS = TABLES_BYTES;

    static final int WIDE_SUMS = SUMS + ROWS * SUM_BYTES;

    static final int WORKSPACE_BYTES = WIDE_SUMS + 2 * ROWS * SUM_BYTES;

    private IntegerTables() {}
}

package dev.spikelane.simd;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.Signal;
import java.lang.foreign.MemorySegment;

/** Copies of rows, with their padding. */
public final class Rows {

    private Rows() {}

    /** Copies some rows to a matrix of the same kind, with as many columns. */
    public static void copy(Signal from, int fromRow, Signal to, int toRow, int count) {
        MemorySegment.copy(
                from.segment(), from.rowOffset(fromRow), to.segment(), to.rowOffset(toRow), from.rowOffset(count));
    }

    /** Clears a row with its padding. */
    public static void clear(Signal rows, int row) {
        for (long at = rows.rowOffset(row); at < rows.rowOffset(row + 1); at += Long.BYTES) {
            rows.segment().set(JAVA_LONG, at, 0);
        }
    }

    /**
     * Copies a row without its padding into memory or out of it.
     *
     * @param memory {@link MemorySegment#NULL} where bytes are counted alone
     * @return the offset behind it
     */
    public static long pack(Signal rows, int row, MemorySegment memory, long at, boolean out) {
        int bytes = RowBytes.least(rows);
        if (memory.byteSize() > 0 && out) {
            MemorySegment.copy(memory, at, rows.segment(), rows.rowOffset(row), bytes);
        } else if (memory.byteSize() > 0) {
            MemorySegment.copy(rows.segment(), rows.rowOffset(row), memory, at, bytes);
        }
        return at + bytes;
    }
}

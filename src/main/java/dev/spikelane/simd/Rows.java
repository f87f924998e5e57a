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

    /** Bytes that {@link #pack} writes of some rows. */
    public static long packedBytes(Signal rows, int count) {
        return (long) count * RowBytes.least(rows);
    }

    /**
     * Copies some rows, with so many from each to the next, into memory, one behind the other and without padding.
     *
     * @return the offset behind them
     */
    public static long pack(Signal from, int row, int step, int count, MemorySegment to, long at) {
        int bytes = RowBytes.least(from);
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(from.segment(), from.rowOffset(row + i * step), to, at + (long) i * bytes, bytes);
        }
        return at + (long) count * bytes;
    }

    /** Copies rows back that {@link #pack} has written, and returns the offset behind them. */
    public static long unpack(MemorySegment from, long at, Signal to, int row, int step, int count) {
        int bytes = RowBytes.least(to);
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(from, at + (long) i * bytes, to.segment(), to.rowOffset(row + i * step), bytes);
        }
        return at + (long) count * bytes;
    }
}

package dev.spikelane.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;

public final class Rows {

    private Rows() {}

    public static void copy(Signal from, int fromRow, Signal to, int toRow, int count) {
        MemorySegment.copy(
                from.segment(), from.rowOffset(fromRow), to.segment(), to.rowOffset(toRow), from.rowOffset(count));
    }

    public static void clear(Signal rows, int row) {
        for (long at = rows.rowOffset(row); at < rows.rowOffset(row + 1); at += Long.BYTES) {
            rows.segment().set(JAVA_LONG, at, 0);
        }
    }

    public static long active(Signal rows, int first, int count) {
        if (rows instanceof SpikeMatrix spikes) {
            return spikes.count(first, count);
        }
        long active = 0;
        for (int row = first; row < first + count; row++) {
            active += active(rows.segment(), rows.rowOffset(row), rows.columns());
        }
        return active;
    }

    private static int active(MemorySegment values, long at, int count) {
        int active = 0;
        for (int i = 0; i < count; i++) {
            int bits = values.get(JAVA_INT, at + (long) i * Float.BYTES) & Integer.MAX_VALUE;
            active += (bits | -bits) >>> Integer.SIZE - 1; // without a branch, so that C2 uses vectors
        }
        return active;
    }

    public static int[] nonzeros(FloatMatrix values) {
        int[] counts = new int[values.columns()];
        for (int row = 0; row < values.rows(); row++) {
            for (int column = 0; column < counts.length; column++) {
                counts[column] += values.get(row, column) != 0 ? 1 : 0;
            }
        }
        return counts;
    }

    /**
     * Copies a row without its padding into memory or out of it, and returns the offset after the row; bits after the
     * columns are ignored.
     *
     * @param memory {@link MemorySegment#NULL} to only count bytes
     */
    public static long pack(Signal rows, int row, MemorySegment memory, long at, boolean out) {
        int bytes = RowBytes.least(rows);
        if (memory.byteSize() > 0 && out) {
            MemorySegment.copy(memory, at, rows.segment(), rows.rowOffset(row), bytes);
            if (rows instanceof SpikeMatrix && rows.columns() % Byte.SIZE != 0) {
                long last = rows.rowOffset(row) + bytes - 1;
                int bits = rows.segment().get(JAVA_BYTE, last) & (1 << rows.columns() % Byte.SIZE) - 1;
                rows.segment().set(JAVA_BYTE, last, (byte) bits);
            }
        } else if (memory.byteSize() > 0) {
            MemorySegment.copy(rows.segment(), rows.rowOffset(row), memory, at, bytes);
        }
        return at + bytes;
    }
}

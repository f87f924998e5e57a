package dev.spikelane.memory;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * Changes the order of the elements of rows: a row of {@code outer x inner} elements is written as
 * {@code inner x outer}, where {@code outer} is a parameter. With the channels as outer, torch's order becomes the
 * order inside; with the positions as outer the order inside becomes torch's.
 */
final class Reorder {

    private Reorder() {}

    /** The arguments are checked. Values travel as bits, so that every NaN stays as it is. */
    static void transpose(FloatMatrix from, int fromRow, FloatMatrix to, int toRow, int rows, int outer) {
        int inner = from.columns() / outer;
        if (isPlain(inner, outer)) {
            RowCopies.copy(from, fromRow, to, toRow, rows);
            return;
        }
        MemorySegment source = from.segment();
        MemorySegment target = to.segment();
        long step = (long) inner * Float.BYTES;
        for (int row = 0; row < rows; row++) {
            long read = from.rowOffset(fromRow + row);
            long write = to.rowOffset(toRow + row);
            for (int i = 0; i < inner; i++) {
                long start = read + (long) i * Float.BYTES;
                for (int o = 0; o < outer; o++) {
                    target.set(JAVA_INT, write, source.get(JAVA_INT, start + o * step));
                    write += Float.BYTES;
                }
            }
        }
    }

    /** The arguments are checked. The cost is that of the spikes, beside one look at each word. */
    static void transpose(SpikeMatrix from, int fromRow, SpikeMatrix to, int toRow, int rows, int outer) {
        int inner = from.columns() / outer;
        if (isPlain(inner, outer)) {
            RowCopies.copy(from, fromRow, to, toRow, rows);
            return;
        }
        MemorySegment source = from.segment();
        MemorySegment target = to.segment();
        int words = from.stride();
        for (int row = 0; row < rows; row++) {
            long read = from.rowOffset(fromRow + row);
            long write = to.rowOffset(toRow + row);
            for (int word = 0; word < words; word++) {
                target.set(JAVA_LONG, write + (long) word * Long.BYTES, 0);
            }
            for (int word = 0; word < words; word++) {
                long bits = source.get(JAVA_LONG, read + (long) word * Long.BYTES);
                while (bits != 0) {
                    int index = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                    bits &= bits - 1;
                    int moved = index % inner * outer + index / inner;
                    long offset = write + (long) (moved / Long.SIZE) * Long.BYTES;
                    target.set(JAVA_LONG, offset, target.get(JAVA_LONG, offset) | 1L << moved);
                }
            }
        }
    }

    private static boolean isPlain(int inner, int outer) {
        return inner == 1 || outer == 1;
    }
}

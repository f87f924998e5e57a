package dev.spikelane.memory;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Transposes each row: {@code outer x inner} elements become {@code inner x outer}. With the channels as outer, torch's
 * order becomes the inner order; with the positions as outer, the inner order becomes torch's.
 * <pre>{@code
 * for each row, i < outer, j < inner:
 *   to[row][j * outer + i] = from[row][i * inner + j]
 * }</pre>
 */
final class Reorder {

    /** Little endian: two elements form a word, whatever the native order. */
    private static final ValueLayout.OfInt INT = JAVA_INT.withOrder(LITTLE_ENDIAN);

    private static final ValueLayout.OfLong LONG = JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final long LOW = (1L << Integer.SIZE) - 1;

    /** Cache lines written in turn: the lines of 128 channels would share few sets of an L1 cache. */
    private static final int LINES = 64;

    private Reorder() {}

    /** Transposes checked arguments. Values move as bits, so every NaN stays as it is. */
    static void transpose(FloatMatrix from, int fromRow, FloatMatrix to, int toRow, int rows, int outer) {
        int inner = from.columns() / outer;
        if (isPlain(inner, outer)) {
            RowCopies.copy(from, fromRow, to, toRow, rows);
            return;
        }
        MemorySegment source = from.segment();
        MemorySegment target = to.segment();
        int fours = outer & -4;
        long step = (long) inner * Float.BYTES;
        long places = (long) outer * Float.BYTES;
        for (int row = 0; row < rows; row++) {
            long read = from.rowOffset(fromRow + row);
            long write = to.rowOffset(toRow + row);
            for (int i = 0; i < inner; i += LINES) {
                int count = Math.min(LINES, inner - i);
                long begin = read + (long) i * Float.BYTES;
                long at = write + i * places;
                for (int o = 0; o < fours; o += 4) {
                    four(source, begin + o * step, step, target, at + (long) o * Float.BYTES, places, count);
                }
                for (int o = fours; o < outer; o++) {
                    one(source, begin + o * step, target, at + (long) o * Float.BYTES, places, count);
                }
            }
        }
    }

    /** Writes some elements of four source rows together. */
    private static void four(
            MemorySegment from, long read, long step, MemorySegment to, long write, long places, int count) {
        for (int i = 0; i < count; i++) {
            long at = read + (long) i * Float.BYTES;
            long low = from.get(INT, at) & LOW | (long) from.get(INT, at + step) << Integer.SIZE;
            long high = from.get(INT, at + 2 * step) & LOW | (long) from.get(INT, at + 3 * step) << Integer.SIZE;
            to.set(LONG, write + i * places, low);
            to.set(LONG, write + i * places + Long.BYTES, high);
        }
    }

    private static void one(MemorySegment from, long read, MemorySegment to, long write, long places, int count) {
        for (int i = 0; i < count; i++) {
            to.set(INT, write + i * places, from.get(INT, read + (long) i * Float.BYTES));
        }
    }

    /** Transposes checked arguments. The cost grows with the number of spikes, plus one check of each word. */
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
            int begin = 0; // outer element of the next spikes
            int place = 0;
            for (int word = 0; word < words; word++) {
                long bits = source.get(JAVA_LONG, read + (long) word * Long.BYTES);
                while (bits != 0) {
                    int index = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                    bits &= bits - 1;
                    for (; index - begin >= inner; begin += inner) {
                        place++;
                    }
                    int moved = (index - begin) * outer + place;
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

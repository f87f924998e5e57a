package dev.spikelane.kernel.product.spike;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Spikes as the numbers 0 and 1, for {@link SpikeDenseVector}: the factors of four rows for each input,
 * {@code [rows / 4][inputs][4]}.
 */
final class SpikeFactors {

    /** Rows that share the weights in registers. */
    static final int ROWS = 4;

    static final int INPUT_BYTES = ROWS * Float.BYTES;

    /** Four spikes, one bit each, as four floats in two words. */
    private static final long[] FLOATS = new long[2 * 16];

    static {
        long one = Float.floatToRawIntBits(1);
        for (int bits = 0; bits < 16; bits++) {
            for (int i = 0; i < 2; i++) {
                int pair = bits >>> 2 * i & 3;
                FLOATS[2 * bits + i] = (pair & 1) * one | (pair >>> 1) * one << Integer.SIZE;
            }
        }
    }

    private SpikeFactors() {}

    /** Returns the most rows whose factors fit the memory; 0 if there are too many inputs. */
    static int mostRows(int paddedInputs) {
        return (int) (SpikeLister.BYTES / tileBytes(paddedInputs)) * ROWS;
    }

    /** Returns the bytes of the factors of four rows. */
    static long tileBytes(int paddedInputs) {
        return (long) paddedInputs * INPUT_BYTES;
    }

    /** Writes the factors of some rows; an incomplete last tile repeats the last row. */
    static void prepare(SpikeMatrix spikes, int firstRow, int rows, int paddedInputs, MemorySegment factors) {
        for (int row = 0; row < rows; row += ROWS) {
            long to = row / ROWS * tileBytes(paddedInputs);
            long end = to + tileBytes(paddedInputs);
            int last = firstRow + rows - 1;
            long row0 = spikes.rowOffset(firstRow + row);
            long row1 = spikes.rowOffset(Math.min(firstRow + row + 1, last));
            long row2 = spikes.rowOffset(Math.min(firstRow + row + 2, last));
            long row3 = spikes.rowOffset(Math.min(firstRow + row + 3, last));
            for (long word = 0; to < end; word += Long.BYTES) {
                long bits0 = spikes.segment().get(JAVA_LONG, row0 + word);
                long bits1 = spikes.segment().get(JAVA_LONG, row1 + word);
                long bits2 = spikes.segment().get(JAVA_LONG, row2 + word);
                long bits3 = spikes.segment().get(JAVA_LONG, row3 + word);
                for (int i = 0; i < Long.SIZE && to < end; i++) {
                    long four =
                            bits0 >>> i & 1 | (bits1 >>> i & 1) << 1 | (bits2 >>> i & 1) << 2 | (bits3 >>> i & 1) << 3;
                    int at = (int) four * 2;
                    factors.set(JAVA_LONG, to, FLOATS[at]);
                    factors.set(JAVA_LONG, to + Long.BYTES, FLOATS[at + 1]);
                    to += INPUT_BYTES;
                }
            }
        }
    }
}

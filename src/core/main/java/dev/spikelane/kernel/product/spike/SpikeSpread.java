package dev.spikelane.kernel.product.spike;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Copies the spikes of a panel of inputs for all rows into consecutive memory: {@code [panel][row]}, one short or one
 * int for a row.
 */
final class SpikeSpread {

    private SpikeSpread() {}

    /** Returns the byte offset of the spikes of 16 inputs in a row. */
    static long shorts(int panel, int rows, int row) {
        return ((long) panel * rows + row) * Short.BYTES;
    }

    /** Returns the byte offset of the spikes of 32 inputs in a row. */
    static long ints(int panel, int rows, int row) {
        return ((long) panel * rows + row) * Integer.BYTES;
    }

    static void shorts(SpikeMatrix spikes, int firstRow, int rows, int input, int inputs, MemorySegment panels) {
        MemorySegment words = spikes.segment();
        long step = (long) rows * Short.BYTES;
        for (int row = 0; row < rows; row++) {
            long from = spikes.rowOffset(firstRow + row) + input / Byte.SIZE;
            long to = shorts(0, rows, row);
            for (int i = 0; i < inputs; i += Long.SIZE) {
                long bits = words.get(JAVA_LONG, from + i / Byte.SIZE);
                for (int panel = i; panel < i + Long.SIZE && panel < inputs; panel += Short.SIZE) {
                    panels.set(JAVA_SHORT, to, (short) bits);
                    bits >>>= Short.SIZE;
                    to += step;
                }
            }
        }
    }

    static void ints(SpikeMatrix spikes, int firstRow, int rows, int input, int inputs, MemorySegment panels) {
        MemorySegment words = spikes.segment();
        long step = (long) rows * Integer.BYTES;
        for (int row = 0; row < rows; row++) {
            long from = spikes.rowOffset(firstRow + row) + input / Byte.SIZE;
            long to = ints(0, rows, row);
            for (int i = 0; i < inputs; i += Long.SIZE) {
                long bits = words.get(JAVA_LONG, from + i / Byte.SIZE);
                panels.set(JAVA_INT, to, (int) bits);
                panels.set(JAVA_INT, to + step, (int) (bits >>> Integer.SIZE));
                to += 2 * step;
            }
        }
    }
}

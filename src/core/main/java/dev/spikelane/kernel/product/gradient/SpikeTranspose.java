package dev.spikelane.kernel.product.gradient;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Transposes spikes: {@code transposed[column][row] = spikes[row][column]}. */
final class SpikeTranspose {

    /** Mask that converts the number of a byte, counted from a word's lowest bits, to its place in memory. */
    private static final int FLIP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : Long.BYTES - 1;

    private SpikeTranspose() {}

    /**
     * Transposes all spikes.
     *
     * @param spikes {@code [rows x columns]}
     * @param transposed {@code [columns x rows]}, overwritten; shares no memory with {@code spikes}
     * @throws IllegalArgumentException if a shape does not fit, or they share memory
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    static void transpose(SpikeMatrix spikes, SpikeMatrix transposed) {
        spikes.requireShape("spikes", spikes.rows(), spikes.columns());
        transposed.requireShape("transposed", spikes.columns(), spikes.rows());
        Checks.apart("transposed", transposed, "spikes", spikes);
        transposed.clear(); // the last squares and bytes may be incomplete
        for (int row = 0; row < spikes.rows(); row += Byte.SIZE) {
            for (int word = 0; word < spikes.stride(); word++) {
                squares(spikes, row, word, transposed);
            }
        }
    }

    /** Transposes the eight squares of 8 x 8 bits in one word of eight rows. */
    private static void squares(SpikeMatrix spikes, int row, int word, SpikeMatrix transposed) {
        MemorySegment to = transposed.segment();
        long toByte = row / Byte.SIZE ^ FLIP;
        int rows = Math.min(Byte.SIZE, spikes.rows() - row);
        for (int square = 0; square < Long.SIZE; square += Byte.SIZE) {
            long bits = 0;
            for (int i = 0; i < rows; i++) {
                long from = spikes.rowOffset(row + i) + (long) word * Long.BYTES;
                bits |= (spikes.segment().get(JAVA_LONG, from) >>> square & 0xFF) << i * Byte.SIZE;
            }
            if (bits != 0) {
                bits = transposed(bits);
                int column = word * Long.SIZE + square;
                int columns = Math.min(Byte.SIZE, spikes.columns() - column);
                for (int i = 0; i < columns; i++) {
                    long at = transposed.rowOffset(column + i) + toByte;
                    to.set(ValueLayout.JAVA_BYTE, at, (byte) (bits >>> i * Byte.SIZE));
                }
            }
        }
    }

    /**
     * Transposes a square of 8 x 8 bits, one byte a row: swaps quarters of quarters, larger ones first (Warren,
     * Hacker's Delight, 7-3).
     */
    private static long transposed(long square) {
        long swap = (square ^ square >>> 28) & 0x00000000F0F0F0F0L;
        square ^= swap ^ swap << 28;
        swap = (square ^ square >>> 14) & 0x0000CCCC0000CCCCL;
        square ^= swap ^ swap << 14;
        swap = (square ^ square >>> 7) & 0x00AA00AA00AA00AAL;
        return square ^ swap ^ swap << 7;
    }
}

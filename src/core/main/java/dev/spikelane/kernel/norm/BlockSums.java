package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Two sums in float64 of each channel over each block of {@value #SAMPLES} samples of some steps. Threads compute them
 * in parts; blocks are then added in ascending order.
 */
final class BlockSums {

    static final int SAMPLES = 8;

    final int blocks;
    /** Rows of doubles, each padded as rows of floats are. */
    private final FloatMatrix rows;

    BlockSums(Arena arena, int steps, int batch, int channels) {
        this.blocks = Math.ceilDiv(batch, SAMPLES);
        this.rows = FloatMatrix.zeros(arena, 2 * blocks * steps, Math.multiplyExact(2, channels));
    }

    long bytes(long some) {
        return rows.rowOffset(rows.rows()) / blocks * some;
    }

    MemorySegment segment() {
        return rows.segment();
    }

    /** Returns the byte offset of a block's row of the first or the second sums. */
    long offset(int at, int block, int which) {
        return rows.rowOffset(2 * (at * blocks + block) + which);
    }

    void set(int at, int block, int which, int channel, double sum) {
        rows.segment().set(ValueLayout.JAVA_DOUBLE, offset(at, block, which) + (long) channel * Double.BYTES, sum);
    }

    double sum(int at, int which, int channel) {
        double sum = 0;
        for (int block = 0; block < blocks; block++) {
            long offset = offset(at, block, which) + (long) channel * Double.BYTES;
            sum += rows.segment().get(ValueLayout.JAVA_DOUBLE, offset);
        }
        return sum;
    }
}

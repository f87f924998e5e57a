package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Two sums in float64 of each channel over each block of {@value #SAMPLES} samples of some steps: threads make them in
 * parts, and whoever adds them does so ascending.
 */
final class BlockSums {

    /** Samples of a block. */
    static final int SAMPLES = 8;

    final int blocks;
    /** Each row has the bytes of a row of doubles, padded as others are. */
    private final FloatMatrix rows;

    BlockSums(Arena arena, int steps, int batch, int channels) {
        this.blocks = Math.ceilDiv(batch, SAMPLES);
        this.rows = FloatMatrix.zeros(arena, 2 * blocks * steps, Math.multiplyExact(2, channels));
    }

    /** Bytes that so many blocks take. */
    long bytes(long some) {
        return rows.rowOffset(rows.rows()) / blocks * some;
    }

    MemorySegment segment() {
        return rows.segment();
    }

    /** Where a block's row of the first sums begins, or of the second ones. */
    long offset(int at, int block, int which) {
        return rows.rowOffset(2 * (at * blocks + block) + which);
    }

    void set(int at, int block, int which, int channel, double sum) {
        rows.segment().set(ValueLayout.JAVA_DOUBLE, offset(at, block, which) + (long) channel * Double.BYTES, sum);
    }

    /** The sum of all blocks. */
    double sum(int at, int which, int channel) {
        double sum = 0;
        for (int block = 0; block < blocks; block++) {
            long offset = offset(at, block, which) + (long) channel * Double.BYTES;
            sum += rows.segment().get(ValueLayout.JAVA_DOUBLE, offset);
        }
        return sum;
    }
}

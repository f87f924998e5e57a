package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;
import java.util.Objects;

/**
 * The shape of the rows of some steps, time-major ({@code row = step * batch + sample}). A row has its positions one
 * after the other, each with all channels.
 *
 * @param steps the number of steps at a time, at least 1
 * @param batch the samples of a step, at least 1
 * @param positions the positions of a channel in a row, at least 1
 * @param channels the number of channels, at least 1
 */
public record NormRows(int steps, int batch, int positions, int channels) {

    double count() {
        return (double) batch * positions;
    }

    int columns() {
        return Math.multiplyExact(positions, channels);
    }

    /**
     * Returns the number of blocks of samples in a step.
     *
     * @return blocks of eight; the last may have fewer
     */
    public int blocks() {
        return (int) blocks(batch);
    }

    /**
     * Returns the number of blocks of some samples.
     *
     * @return blocks of eight; the last may have fewer
     */
    public static long blocks(long samples) {
        return Math.ceilDiv(samples, BlockSums.SAMPLES);
    }

    /**
     * Returns the first row of a block in a step, or the row after the last block.
     *
     * @param at the step
     * @param block the block, at most {@link #blocks}
     */
    public int row(int at, int block) {
        return at * batch + Math.min(block * BlockSums.SAMPLES, batch);
    }

    void require(String name, FloatMatrix rows, int at, int block) {
        rows.requireShape(name, rows.rows(), columns());
        Objects.checkFromIndexSize(at * batch, batch, rows.rows());
        Objects.checkIndex(at, steps);
        Objects.checkIndex(block, blocks());
    }
}

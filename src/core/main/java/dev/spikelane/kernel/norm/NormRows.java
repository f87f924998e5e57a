package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;
import java.util.Objects;

/**
 * Rows of some steps, time-major ({@code row = step * batch + sample}), which have the channels of a position side by
 * side, position after position.
 *
 * @param steps steps that are there at a time, at least 1
 * @param batch samples of a step, at least 1
 * @param positions positions of a channel in a row, at least 1
 * @param channels channels, at least 1
 */
public record NormRows(int steps, int batch, int positions, int channels) {

    /** How many values of a channel a step has. */
    double count() {
        return (double) batch * positions;
    }

    /** Returns the columns of a row. */
    int columns() {
        return Math.multiplyExact(positions, channels);
    }

    /**
     * Returns how many blocks of samples a step has.
     *
     * @return blocks of eight, the last of which may have fewer
     */
    public int blocks() {
        return (int) blocks(batch);
    }

    /**
     * Returns how many blocks so many samples make.
     *
     * @param samples of a step
     * @return blocks of eight, the last of which may have fewer
     */
    public static long blocks(long samples) {
        return Math.ceilDiv(samples, BlockSums.SAMPLES);
    }

    /**
     * Returns the row of a step at which a block starts, or behind which the last ends.
     *
     * @param at the step
     * @param block the block, at most {@link #blocks}
     * @return the row
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

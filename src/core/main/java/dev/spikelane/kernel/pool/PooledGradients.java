package dev.spikelane.kernel.pool;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Gradients after a pool of largest values. One thread computes their input gradients some rows at a time, just before
 * use: all of them would take four times as much memory for a 2 x 2 pool, and would leave the caches before they are
 * read.
 */
public final class PooledGradients {

    private final PoolWinners winners;
    private final FloatMatrix taken;
    private FloatMatrix gradient;
    private int kept;

    /**
     * Allocates memory.
     *
     * @param winners the winners of the pool
     * @param rows the most rows at a time
     */
    public PooledGradients(Arena arena, PoolWinners winners, int rows) {
        this.winners = winners;
        this.taken = FloatMatrix.zeros(arena, rows, winners.inputs());
        this.gradient = taken;
    }

    /**
     * Sets the gradients.
     *
     * @param pooled {@code [rows x outputs of the pool]}
     * @param firstKept the row of the first winners
     */
    public void of(FloatMatrix pooled, int firstKept) {
        gradient = pooled;
        kept = firstKept;
    }

    /**
     * Returns true if {@link #spread} and {@link #readers} serve: each value is read once, by a window with four
     * places.
     */
    public boolean readsOnce() {
        return winners.readers.length > 0;
    }

    public FloatMatrix behind() {
        return gradient;
    }

    /** Returns the place that reads each position of the values; the window of a place is a quarter of its number. */
    public int[] readers() {
        return winners.readers;
    }

    /** Returns one bit for each place and channel, set for winners, in whole words for each place. */
    public SpikeMatrix bits() {
        return winners.bits;
    }

    public int words() {
        return winners.words;
    }

    public int kept(int row) {
        return kept + row;
    }

    /**
     * Writes the gradients of 64 channels of a row, or of the last ones, to the winners, and zeros to the others.
     * Vectors may write zeros after the last channel.
     *
     * @param firstChannel a multiple of 64
     * @param base byte offset to add to targets
     * @param targets byte offset of the channels of each place
     */
    public void spread(int row, int firstChannel, MemorySegment to, long base, long[] targets) {
        winners.spread(gradient, row, kept + row, firstChannel, to, base, targets);
    }

    /**
     * Computes the input gradients of some rows.
     *
     * @param first the first row
     * @return a matrix with these rows first, valid until the next call
     */
    public FloatMatrix rows(int first, int count) {
        winners.back(gradient, first, count, taken, kept + first);
        return taken;
    }
}

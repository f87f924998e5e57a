package dev.spikelane.kernel.pool;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Gradients behind a pool of largest values, which one thread takes back a few rows at a time where it needs them: all
 * of them would take four times as much memory behind a pool of 2 x 2, and leave the caches before they are read.
 */
public final class PooledGradients {

    private final PoolWinners winners;
    private final FloatMatrix taken;
    private FloatMatrix gradient;
    private int kept;

    /**
     * Makes room.
     *
     * @param arena the arena that owns it
     * @param winners of the pool
     * @param rows the most that are taken back at a time
     */
    public PooledGradients(Arena arena, PoolWinners winners, int rows) {
        this.winners = winners;
        this.taken = FloatMatrix.zeros(arena, rows, winners.inputs());
        this.gradient = taken;
    }

    /**
     * Goes to some gradients.
     *
     * @param pooled {@code [rows x outputs of the pool]}
     * @param firstKept where what was kept of the first row stands
     */
    public void of(FloatMatrix pooled, int firstKept) {
        gradient = pooled;
        kept = firstKept;
    }

    /** Whether {@link #spread} serves, and {@link #readers} are known: each value is read once, by a window of four. */
    public boolean readsOnce() {
        return winners.readers.length > 0;
    }

    /** Returns the gradients behind the pool. */
    public FloatMatrix behind() {
        return gradient;
    }

    /** For each position of the values the place that reads it; the window of a place is a quarter of its number. */
    public int[] readers() {
        return winners.readers;
    }

    /** Returns a bit for each place and channel, whether it has won, in whole words for each place. */
    public SpikeMatrix bits() {
        return winners.bits;
    }

    /** Returns how many words the bits of a place are. */
    public int words() {
        return winners.words;
    }

    /** Returns the row of the bits of a row. */
    public int kept(int row) {
        return kept + row;
    }

    /**
     * Puts the gradients of 64 channels of a row, or of the last, where they have won, and zeros where they have not,
     * also behind the last channel as far as vectors reach.
     *
     * @param firstChannel a multiple of 64
     * @param base bytes that targets begin at
     * @param targets for each place bytes to its channels
     */
    public void spread(int row, int firstChannel, MemorySegment to, long base, long[] targets) {
        winners.spread(gradient, row, kept + row, firstChannel, to, base, targets);
    }

    /**
     * Takes some rows back.
     *
     * @param first the first row
     * @param count how many
     * @return a matrix whose first rows they are, until others are taken back
     */
    public FloatMatrix rows(int first, int count) {
        winners.back(gradient, first, count, taken, kept + first);
        return taken;
    }
}

package dev.spikelane.kernel.map;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;

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

    /** Returns how many rows are there. */
    public int rows() {
        return gradient.rows();
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

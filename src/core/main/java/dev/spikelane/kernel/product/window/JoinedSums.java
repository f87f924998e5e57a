package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.product.Scaling;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Window;

/**
 * Windows side by side whose sums of small integers share a float: a larger window adds the weights of a first one, and
 * those of the next times a power of two that no sum reaches. All is exact, since a float holds 24 bits: four sums of
 * at most 31, or two of at most 2,047. A pool of 2 x 2 takes the largest of their currents. There are none without
 * vectors.
 */
public final class JoinedSums {

    private static final int MOST_OF_FOUR = 31;
    private static final int MOST_OF_TWO = 2047;

    final int rows;
    final int columns;
    final int outputs;
    final boolean four;

    /**
     * Makes currents of pools.
     *
     * @param pool of 2 x 2 windows
     * @param outputs channels
     * @param joinedRows how many rows of windows share a float
     */
    public JoinedSums(Window pool, int outputs, int joinedRows) {
        this.rows = pool.y().outputs();
        this.columns = pool.x().outputs();
        this.outputs = outputs;
        this.four = joinedRows == 2;
    }

    /** Returns how many rows of windows share a float, two of each row; 0 if sums may be too large. */
    public static int rows(long mostOfSums) {
        int ofFew = mostOfSums <= MOST_OF_FOUR ? 2 : 1;
        return mostOfSums <= MOST_OF_TWO ? ofFew : 0;
    }

    /** Returns what the weights of a window of so many rows are multiplied by, in the order of (y, x). */
    public static float factor(int rows, int place) {
        return (float) Math.scalb(1.0, place * 12 / rows);
    }

    /**
     * Makes the currents of a sample.
     *
     * @param sums {@code [any x joined positions * outputs]}, with a row behind that of the sample
     * @param from the row of the sample
     * @param scaled what makes currents of sums
     * @param current {@code [any x pooled positions * outputs]}
     * @param to its row
     */
    public void finish(FloatMatrix sums, int from, Scaling scaled, FloatMatrix current, int to) {
        JoinedSumsVector.finish(this, sums, from, scaled, current, to);
    }
}

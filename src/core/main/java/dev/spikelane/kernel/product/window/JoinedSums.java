package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.product.Scaling;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Window;

/**
 * Sums of small integers of neighboring windows, several in one float. A larger window adds the weights of the first
 * window, and the weights of the others times powers of two that no sum reaches. A float holds 24 bits exactly: four
 * sums of at most 31, or two of at most 2,047. A pool of 2 x 2 takes the largest of their currents. Needs vectors.
 */
public final class JoinedSums {

    private static final int MOST_OF_FOUR = 31;
    private static final int MOST_OF_TWO = 2047;

    final int rows;
    final int columns;
    final int outputs;
    final boolean four;

    /**
     * Creates the sums of a pool.
     *
     * @param pool of 2 x 2 windows
     * @param joinedRows the rows of windows that share a float, 1 or 2
     */
    public JoinedSums(Window pool, int outputs, int joinedRows) {
        this.rows = pool.y().outputs();
        this.columns = pool.x().outputs();
        this.outputs = outputs;
        this.four = joinedRows == 2;
    }

    /** Returns how many rows of windows can share a float, with two windows of each row; 0 if sums may be too large. */
    public static int rows(long mostOfSums) {
        int ofFew = mostOfSums <= MOST_OF_FOUR ? 2 : 1;
        return mostOfSums <= MOST_OF_TWO ? ofFew : 0;
    }

    /**
     * Returns the factor of the weights of a window.
     *
     * @param rows the rows of windows that share a float
     * @param place the window, in the order (y, x)
     */
    public static float factor(int rows, int place) {
        return (float) Math.scalb(1.0, place * 12 / rows);
    }

    /**
     * Computes the currents of a sample.
     *
     * @param sums {@code [any x joined positions * outputs]}, with one more row after the sample's
     * @param from the sample's row
     * @param scaled scales and biases that convert sums to currents
     * @param current {@code [any x pooled positions * outputs]}
     * @param to the sample's row
     */
    public void finish(FloatMatrix sums, int from, Scaling scaled, FloatMatrix current, int to) {
        JoinedSumsVector.finish(this, sums, from, scaled, current, to);
    }
}

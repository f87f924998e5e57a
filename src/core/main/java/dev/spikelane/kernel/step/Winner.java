package dev.spikelane.kernel.step;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.SimdWidth;

/**
 * Finds the neuron of a row that may fire under inhibition: the first with the largest excess; NaN counts as largest.
 *
 * <pre>{@code
 * for each neuron: excess = membrane - threshold
 *                  winner = excess > largest ? neuron : winner
 * }</pre>
 */
public final class Winner {

    private Winner() {}

    /**
     * Returns the winner.
     *
     * @param threshold with {@link Float#MAX_VALUE} after the last neuron
     */
    public static int find(FloatMatrix membrane, int row, FloatMatrix threshold) {
        return SimdWidth.VECTOR && membrane.columns() <= WinnerVector.MOST
                ? WinnerVector.find(membrane, row, threshold)
                : scalar(membrane, row, threshold);
    }

    /** The specification. */
    public static int scalar(FloatMatrix membrane, int row, FloatMatrix threshold) {
        int winner = 0;
        float largest = Float.NEGATIVE_INFINITY;
        for (int neuron = 0; neuron < membrane.columns(); neuron++) {
            float excess = excess(membrane, row, threshold, neuron);
            if (Float.isNaN(excess)) {
                return neuron;
            }
            if (excess > largest) {
                largest = excess;
                winner = neuron;
            }
        }
        return winner;
    }

    static float excess(FloatMatrix membrane, int row, FloatMatrix threshold, int neuron) {
        return Elements.get(membrane, row, neuron) - Elements.get(threshold, 0, neuron);
    }
}

package dev.spikelane.kernel;

import dev.spikelane.memory.FloatMatrix;

/**
 * Rounds state variables to levels, as {@code snntorch.functional.quant.state_quant} does.
 *
 * <p>{@code x = the level with the smallest |level - x|}, in float32, and the first of those; so NaN and infinities become the first
 * level, and so does a number that is so large that all levels are equally far from it.
 */
final class Quantize {

    private Quantize() {}

    /** Rounds the neurons in {@code [first, end)} of a row; lanes behind the last neuron stay zero. */
    static void row(FloatMatrix levels, FloatMatrix state, int row, int first, int end) {
        if (Simd.VECTOR) {
            QuantizeVector.row(levels, state, row, first, end);
        } else {
            scalar(levels, state, row, first, end);
        }
    }

    /** The specification. */
    static void scalar(FloatMatrix levels, FloatMatrix state, int row, int first, int end) {
        for (int neuron = first; neuron < Math.min(end, state.columns()); neuron++) {
            float x = Elements.get(state, row, neuron);
            float nearest = Elements.get(levels, 0, 0);
            float least = Math.abs(nearest - x);
            for (int i = 1; i < levels.columns(); i++) {
                float level = Elements.get(levels, 0, i);
                float distance = Math.abs(level - x);
                if (distance < least) {
                    least = distance;
                    nearest = level;
                }
            }
            Elements.set(state, row, neuron, nearest);
        }
    }
}

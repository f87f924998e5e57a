package dev.spikelane.kernel.step;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Lanes;
import dev.spikelane.simd.SimdWidth;

/**
 * Rounds state variables to levels, as {@code snntorch.functional.quant.state_quant} does, in float32:
 *
 * <pre>{@code
 * nearest = levels[0]
 * for each level: nearest = |level - x| < |nearest - x| ? level : nearest
 * x = nearest
 * }</pre>
 *
 * <p>So NaN and infinities become the first level, as does a number so large that all its distances are equal.
 */
public final class Quantize {

    /**
     * Fewest ascending levels, per lane, for which a search (25 ns) is faster than comparing vectors with all levels
     * (0.067 ns a level for 16 lanes; Zen 5, 2026-11).
     */
    private static final int FEWEST_SEARCHED = 24;

    private Quantize() {}

    /** Rounds the neurons in {@code [first, end)} of a row; lanes after the last neuron stay zero. */
    public static void row(QuantizeLevels levels, FloatMatrix state, int row, int first, int end) {
        if (SimdWidth.VECTOR && levels.uniform()) {
            QuantizeUniformVector.row(levels, state, row, first, end);
        } else if (SimdWidth.VECTOR && (levels.count() < FEWEST_SEARCHED * Lanes.COUNT || !levels.ascending())) {
            QuantizeVector.LOOPS.row(levels.values(), state, row, first, end);
        } else if (levels.ascending()) {
            search(levels, state, row, first, end);
        } else {
            scalar(levels, state, row, first, end);
        }
    }

    /** The specification. */
    public static void scalar(QuantizeLevels levels, FloatMatrix state, int row, int first, int end) {
        for (int neuron = first; neuron < Math.min(end, state.columns()); neuron++) {
            float x = Elements.get(state, row, neuron);
            float nearest = levels.value(0);
            float least = Math.abs(nearest - x);
            for (int i = 1; i < levels.count(); i++) {
                float level = levels.value(i);
                float distance = Math.abs(level - x);
                if (distance < least) {
                    least = distance;
                    nearest = level;
                }
            }
            Elements.set(state, row, neuron, nearest);
        }
    }

    static void search(QuantizeLevels levels, FloatMatrix state, int row, int first, int end) {
        for (int neuron = first; neuron < Math.min(end, state.columns()); neuron++) {
            Elements.set(state, row, neuron, nearest(levels, Elements.get(state, row, neuron)));
        }
    }

    /**
     * Returns the nearest of ascending levels. Rounded distances do not shrink away from x on either side, so the first
     * of the nearest levels is the first above x, or the lowest of the equally distant levels below x.
     */
    static float nearest(QuantizeLevels levels, float x) {
        if (!(x >= levels.value(0))) {
            return levels.value(0);
        }
        int below = 0;
        for (int size = levels.count(); size > 1; ) {
            int half = size >>> 1;
            below = levels.value(below + half) <= x ? below + half : below;
            size -= half;
        }
        float distance = x - levels.value(below);
        if (below + 1 < levels.count() && levels.value(below + 1) - x < distance) {
            return levels.value(below + 1);
        }
        while (below > 0 && x - levels.value(below - 1) <= distance) {
            below--;
        }
        return levels.value(below);
    }
}

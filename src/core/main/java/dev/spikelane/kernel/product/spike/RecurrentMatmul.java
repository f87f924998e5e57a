package dev.spikelane.kernel.product.spike;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;

/**
 * Spikes times recurrent weights, for the few rows of one step: {@code current[r][o] = (sum over the inputs i that fire
 * in row r of weight[o][i]) + bias[o]}, in float32. Active weights are added one by one in ascending order, and the
 * bias last.
 *
 * <p>Torch's product adds in this order for a layer of some hundred neurons. {@link SpikeMatmul}, which adds groups of
 * four to the bias, is faster for many rows. But recurrence accumulates rounding: if states grow large and cancel, only
 * this order gives snnTorch's states.
 */
public final class RecurrentMatmul {

    private RecurrentMatmul() {}

    /**
     * Computes the currents of the first rows and of some blocks of {@value PackedWeights#BLOCK} outputs. Threads that
     * share a product take disjoint blocks.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param rows the number of rows, at least 1
     * @param weights {@code inputs -> outputs}
     * @param current {@code [at least rows x outputs]}; these rows of the blocks in use are overwritten
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void multiply(SpikeMatrix spikes, int rows, PackedWeights weights, Tile current) {
        Checks.rows("spikes", spikes.rows(), rows);
        spikes.requireShape("spikes", spikes.rows(), weights.inputs());
        current.require("current", rows, weights.outputs());
        weights.requireAccessible();
        if (SimdWidth.VECTOR) {
            RecurrentMatmulVector.multiply(spikes, rows, weights, current);
        } else {
            scalar(spikes, rows, weights, current);
        }
    }

    /**
     * Returns the name of the variant that {@link #multiply} uses. Results do not depend on it.
     *
     * @return {@code recurrent}, or {@code scalar} without vectors
     */
    public static String variant() {
        return SimdWidth.VECTOR ? "recurrent" : "scalar";
    }

    /** The specification. */
    static void scalar(SpikeMatrix spikes, int rows, PackedWeights weights, Tile current) {
        for (int row = 0; row < rows; row++) {
            int end = current.endBlock() * PackedWeights.BLOCK;
            for (int output = current.firstColumn(); output < end; output++) {
                float sum = output < weights.outputs() ? output(spikes, row, weights, output) : 0;
                Elements.set(current.matrix(), row, output - current.origin(), sum);
            }
        }
    }

    private static float output(SpikeMatrix spikes, int row, PackedWeights weights, int output) {
        float sum = 0;
        for (int word = 0; word < spikes.stride(); word++) {
            long bits = spikes.segment().get(JAVA_LONG, spikes.rowOffset(row) + (long) word * Long.BYTES);
            for (; bits != 0; bits &= bits - 1) {
                sum += weights.weight(output, word * Long.SIZE + Long.numberOfTrailingZeros(bits));
            }
        }
        return sum + weights.bias(output);
    }
}

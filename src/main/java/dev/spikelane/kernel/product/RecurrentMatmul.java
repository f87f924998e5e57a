package dev.spikelane.kernel.product;

import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.ValueLayout;

/**
 * Spikes times recurrent weights, for the few rows of one step: {@code current[r][o] = (sum over the inputs i that fire in row r of
 * weight[o][i]) + bias[o]}, in float32 and in this order: the active weights are added one after another in ascending order, and the bias
 * comes last.
 *
 * <p>That is the order of torch's product for a layer of some hundred neurons. {@link SpikeMatmul}, which adds groups of four to the bias, is
 * faster for many rows; but what is fed back accumulates its rounding, and where states grow large and cancel, only this order gives
 * snnTorch's.
 */
public final class RecurrentMatmul {

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

    private RecurrentMatmul() {}

    /**
     * Computes the currents of all rows.
     *
     * @param spikes {@code [rows x pre]}
     * @param weights {@code pre -> post}
     * @param current {@code [rows x post]}, overwritten
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void multiply(SpikeMatrix spikes, PackedWeights weights, FloatMatrix current) {
        spikes.requireShape("spikes", spikes.rows(), weights.pre());
        current.requireShape("current", spikes.rows(), weights.post());
        weights.requireAccessible();
        if (SimdWidth.VECTOR) {
            RecurrentMatmulVector.multiply(spikes, weights, current);
        } else {
            scalar(spikes, weights, current);
        }
    }

    /** The specification. */
    static void scalar(SpikeMatrix spikes, PackedWeights weights, FloatMatrix current) {
        for (int row = 0; row < spikes.rows(); row++) {
            for (int output = 0; output < weights.post(); output++) {
                float sum = 0;
                for (int word = 0; word < spikes.stride(); word++) {
                    long bits = spikes.segment().get(WORD, spikes.rowOffset(row) + (long) word * Long.BYTES);
                    for (; bits != 0; bits &= bits - 1) {
                        sum += weights.weight(output, word * Long.SIZE + Long.numberOfTrailingZeros(bits));
                    }
                }
                current.set(row, output, sum + weights.bias(output));
            }
        }
    }
}

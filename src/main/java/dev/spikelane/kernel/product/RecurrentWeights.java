package dev.spikelane.kernel.product;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;

/**
 * Weights and bias from neurons to all of them, laid out for the kernels: what {@link RecurrentMatmul} makes of spikes,
 * and {@link DenseMatmul} of values. Immutable; may be shared between threads if its arena is.
 */
public final class RecurrentWeights {

    private final PackedWeights weights;

    private RecurrentWeights(PackedWeights weights) {
        this.weights = weights;
    }

    /**
     * Lays weights out.
     *
     * @param arena the arena that owns the copy
     * @param weights {@code [post x pre]}; copied
     * @param bias {@code [1 x post]}; copied
     * @return the weights
     * @throws IllegalArgumentException if the bias has another shape, or a value is NaN or infinite
     */
    public static RecurrentWeights of(Arena arena, FloatMatrix weights, FloatMatrix bias) {
        return new RecurrentWeights(PackedWeights.pack(arena, weights, bias));
    }

    /**
     * Computes the currents that spikes give.
     *
     * @param spikes {@code [rows x pre]}
     * @param current {@code [at least rows x post]}, of which these rows of the blocks in use are overwritten
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void multiply(SpikeMatrix spikes, Tile current) {
        RecurrentMatmul.multiply(spikes, spikes.rows(), weights, current);
    }

    /**
     * Computes the currents that values give.
     *
     * @param values {@code [rows x pre]}
     * @param current {@code [at least rows x post]}, of which these rows of the blocks in use are overwritten; shares
     *     no memory with {@code values}
     * @throws IllegalArgumentException if a shape does not fit, or {@code current} shares memory with {@code values}
     */
    public void multiply(FloatMatrix values, Tile current) {
        DenseMatmul.multiply(values, values.rows(), weights, current);
    }
}

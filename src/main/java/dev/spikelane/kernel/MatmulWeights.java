package dev.spikelane.kernel;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.Arena;

/**
 * Weights and bias of a dense connection, in the layout that {@link Matmul} reads. They are copied in and out in
 * torch's layout, and change only where they are set. Several threads may multiply by them if their arena is shared.
 */
public final class MatmulWeights {

    private final PackedWeights packed;

    private MatmulWeights(PackedWeights packed) {
        this.packed = packed;
    }

    /**
     * Copies weights; the copy is freed when it is forgotten.
     *
     * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}
     * @param bias {@code [1 x outputs]}
     * @return the weights
     * @throws IllegalArgumentException if the shapes do not fit, a value is NaN or infinite, or the copy would be too
     *     large
     */
    public static MatmulWeights of(FloatMatrix weights, FloatMatrix bias) {
        return of(NativeMemory.ofAuto(), weights, bias);
    }

    /**
     * Copies weights, with a bias of 0; the copy is freed when it is forgotten.
     *
     * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}
     * @return the weights
     * @throws IllegalArgumentException if a value is NaN or infinite, or the copy would be too large
     */
    public static MatmulWeights of(FloatMatrix weights) {
        return of(weights, FloatMatrix.zeros(1, weights.rows()));
    }

    /**
     * Copies weights into an arena.
     *
     * @param arena the arena that owns the copy
     * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}
     * @param bias {@code [1 x outputs]}
     * @return the weights
     * @throws IllegalArgumentException if the shapes do not fit, a value is NaN or infinite, or the copy would be too
     *     large
     */
    public static MatmulWeights of(Arena arena, FloatMatrix weights, FloatMatrix bias) {
        if (bias.columns() == weights.columns() && bias.columns() != weights.rows()) {
            throw new IllegalArgumentException("weights are [" + weights.rows() + " x " + weights.columns()
                    + "] with a bias of " + bias.columns()
                    + " outputs, expected [outputs x inputs]; they are transposed, weights.transposed() "
                    + "is what is needed");
        }
        requireFinite(weights, bias);
        return new MatmulWeights(PackedWeights.pack(arena, weights, bias));
    }

    private static void requireFinite(FloatMatrix weights, FloatMatrix bias) {
        weights.requireFinite("weights");
        bias.requireFinite("bias");
    }

    /**
     * Replaces weights and bias. Nobody may multiply by them meanwhile.
     *
     * @param weights {@code [outputs x inputs]}; copied
     * @param bias {@code [1 x outputs]}; copied
     * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite; nothing is replaced
     *     then
     */
    public void set(FloatMatrix weights, FloatMatrix bias) {
        requireFinite(weights, bias);
        packed.set(weights, bias);
    }

    /**
     * Copies weights and bias out.
     *
     * @param weights {@code [outputs x inputs]}, overwritten
     * @param bias {@code [1 x outputs]}, overwritten
     * @throws IllegalArgumentException if a shape differs
     */
    public void read(FloatMatrix weights, FloatMatrix bias) {
        bias.requireShape("bias", 1, outputs());
        packed.read(weights);
        packed.readBias(bias);
    }

    /**
     * Returns the number of inputs.
     *
     * @return columns of the spikes or values that they are multiplied by
     */
    public int inputs() {
        return packed.inputs();
    }

    /**
     * Returns the number of outputs.
     *
     * @return columns of the currents
     */
    public int outputs() {
        return packed.outputs();
    }

    /**
     * Returns the number of blocks of 64 outputs, by which threads share a product.
     *
     * @return blocks, the last one perhaps not full
     */
    public int blocks() {
        return packed.blocks();
    }

    PackedWeights packed() {
        return packed;
    }

    @Override
    public String toString() {
        return "weights " + inputs() + " -> " + outputs();
    }
}

package dev.spikelane.kernel.product;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;

/**
 * Packed weights and biases of several products of one shape, consecutive in one matrix.
 *
 * @param packed weights of all products
 * @param bias {@code [products x outputs]}
 * @param groups weights of each product, views of the same memory
 */
@SuppressWarnings("ArrayRecordComponent") // arrays are never compared
public record PackedGroups(FloatMatrix packed, FloatMatrix bias, PackedWeights[] groups) {

    /**
     * Creates weights that are all zero.
     *
     * @throws IllegalArgumentException if a number is below 1, or there are too many weights
     */
    public static PackedGroups zeros(Arena arena, int inputs, int outputs, int count) {
        int rows = PackedWeights.packedRows(outputs, inputs);
        FloatMatrix packed = FloatMatrix.zeros(arena, Math.multiplyExact(rows, count), PackedWeights.BLOCK);
        FloatMatrix bias = FloatMatrix.zeros(arena, count, outputs);
        PackedWeights[] groups = new PackedWeights[count];
        for (int group = 0; group < count; group++) {
            groups[group] = new PackedWeights(packed.rows(group * rows, rows), bias.rows(group, 1), inputs, outputs);
        }
        return new PackedGroups(packed, bias, groups);
    }

    public PackedGroups copy(Arena arena) {
        PackedGroups copy = zeros(arena, groups[0].inputs(), groups[0].outputs(), groups.length);
        copy.packed.copyFrom(packed);
        copy.bias.copyFrom(bias);
        return copy;
    }

    /** Returns a view of these weights with biases of 0. */
    public PackedGroups withoutBias() {
        PackedWeights[] unbiased = new PackedWeights[groups.length];
        for (int group = 0; group < groups.length; group++) {
            unbiased[group] = groups[group].withoutBias();
        }
        return new PackedGroups(packed, FloatMatrix.zeros(bias.rows(), bias.columns()), unbiased);
    }

    /**
     * Returns the weights of each product.
     *
     * @return views of the same memory
     */
    @Override
    public PackedWeights[] groups() {
        return groups.clone();
    }
}

package dev.spikelane.kernel.product;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;

/**
 * Packed weights and biases of several products of the same numbers, one behind the other in the same memory.
 *
 * @param packed all weights
 * @param bias all biases
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares these
public record PackedGroups(FloatMatrix packed, FloatMatrix bias, PackedWeights[] groups) {

    /**
     * Makes weights that are all zero.
     *
     * @param arena the arena that owns them
     * @param inputs inputs of each product
     * @param outputs outputs of each product
     * @param count how many products
     * @return the weights
     * @throws IllegalArgumentException if a number is below 1, or they are too many
     */
    public static PackedGroups zeros(Arena arena, int inputs, int outputs, int count) {
        int rows = PackedWeights.packedRows(outputs, inputs);
        int all = Math.multiplyExact(rows, count);
        FloatMatrix memory = FloatMatrix.zeros(arena, all + PackedWeights.MORE_ROWS, PackedWeights.BLOCK);
        FloatMatrix bias = FloatMatrix.zeros(arena, count, outputs);
        PackedWeights[] groups = new PackedWeights[count];
        for (int group = 0; group < count; group++) {
            FloatMatrix own = memory.rows(group * rows, rows + PackedWeights.MORE_ROWS);
            groups[group] = new PackedWeights(own, bias.rows(group, 1), inputs, outputs);
        }
        return new PackedGroups(memory.rows(0, all), bias, groups);
    }

    /**
     * Copies weights and biases.
     *
     * @param arena the arena that owns the copy
     * @return weights of their own
     */
    public PackedGroups copy(Arena arena) {
        PackedGroups copy = zeros(arena, groups[0].inputs(), groups[0].outputs(), groups.length);
        copy.packed.copyFrom(packed);
        copy.bias.copyFrom(bias);
        return copy;
    }

    /**
     * Returns the same weights, in the same memory, with biases of 0.
     *
     * @return a view
     */
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

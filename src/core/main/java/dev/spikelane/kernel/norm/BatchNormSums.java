package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;

/**
 * What {@link BatchNormStep} multiplies by, and the gradients that it adds up: a row for all steps, or for each, of a
 * column for each channel.
 *
 * @param weights what normalized values are multiplied by
 * @param ofWeights the gradients of the weights
 * @param ofBias the gradients of what is added
 */
public record BatchNormSums(FloatMatrix weights, FloatMatrix ofWeights, FloatMatrix ofBias) {

    /**
     * Makes sums of zero.
     *
     * @param arena the arena that owns them
     * @param weights the weights
     * @return the weights and the sums
     */
    public static BatchNormSums zeros(Arena arena, FloatMatrix weights) {
        return new BatchNormSums(
                weights,
                FloatMatrix.zeros(arena, weights.rows(), weights.columns()),
                FloatMatrix.zeros(arena, weights.rows(), weights.columns()));
    }
}

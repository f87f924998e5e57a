package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;

/**
 * The weights of {@link BatchNormStep} and the sums of gradients: one row for all steps or for each, one column for
 * each channel.
 *
 * @param weights factors of normalized values
 * @param ofWeights the gradients of the weights
 * @param ofBias the gradients of the bias
 */
public record BatchNormSums(FloatMatrix weights, FloatMatrix ofWeights, FloatMatrix ofBias) {

    public static BatchNormSums zeros(Arena arena, FloatMatrix weights) {
        return new BatchNormSums(
                weights,
                FloatMatrix.zeros(arena, weights.rows(), weights.columns()),
                FloatMatrix.zeros(arena, weights.rows(), weights.columns()));
    }
}

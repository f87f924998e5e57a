package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.integer.RoundedWeights;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;

/**
 * Trained floats, from which the integers of an operator are rounded.
 *
 * @param floats the operator with the floats, which has their gradients
 * @param widened an operator with integers times scales, for input gradients
 * @param rounding rounds the floats again after a change
 */
public record RoundedFloats(PackedOperator floats, PackedOperator widened, RoundedWeights rounding) {

    public IntegerMatrix integers(ElementType type) {
        Values values = widened.values().getFirst();
        FloatMatrix read = FloatMatrix.zeros(values.rows(), values.columns());
        values.read(read);
        return IntegerMatrix.nearest(type, read, rounding.scales());
    }
}

package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.integer.RoundedWeights;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;

/**
 * Floats that are trained, from which the integers of an operator are rounded.
 *
 * @param floats the operator that has them, which gives the gradients of its weights
 * @param widened the same with integers times their scales, through which gradients go back
 * @param rounding makes integers and widened floats anew when floats have changed
 */
public record RoundedFloats(PackedOperator floats, PackedOperator widened, RoundedWeights rounding) {

    /** Returns the integers as they are now, in torch's layout. */
    public IntegerMatrix integers(ElementType type) {
        Values values = widened.values().getFirst();
        FloatMatrix read = FloatMatrix.zeros(values.rows(), values.columns());
        values.read(read);
        return IntegerMatrix.nearest(type, read, rounding.scales());
    }
}

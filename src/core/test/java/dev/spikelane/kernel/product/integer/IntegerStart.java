package dev.spikelane.kernel.product.integer;

import dev.spikelane.choose.CostConstants;
import dev.spikelane.choose.StageChoice;
import dev.spikelane.memory.ElementType;

/** The choice of constants for products of integers, before learning. */
public final class IntegerStart {

    private IntegerStart() {}

    /** Returns the cost of a variant for 16-bit weights, for 64 outputs. */
    public static double cost(IntegerMatmul.Variant variant, CostConstants costs, int rows, int inputs, long active) {
        return IntegerMatmul.cost(variant, costs.get(CostConstants.Name.INT16), rows, inputs, active);
    }

    public static IntegerMatmul.Variant choose(
            StageChoice choice, ElementType type, int rows, int inputs, long active) {
        IntegerMatmul.describe(choice, type, rows, inputs, 1_000, active, 1);
        return IntegerMatmul.Variant.values()[choice.peek()];
    }
}

package dev.spikelane.kernel.product.integer;

import dev.spikelane.kernel.product.spike.StageChoice;
import dev.spikelane.memory.ElementType;

/** The choice of constants for products of integers, before learning. */
public final class IntegerStart {

    private IntegerStart() {}

    public static IntegerMatmul.Variant choose(
            StageChoice choice, ElementType type, int rows, int inputs, long active) {
        IntegerMatmul.describe(choice, type, rows, inputs, 1_000, active, 1);
        return IntegerMatmul.Variant.values()[choice.peek()];
    }
}

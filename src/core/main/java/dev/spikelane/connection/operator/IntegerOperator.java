package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.integer.ScaleRule;
import dev.spikelane.memory.ElementType;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * An operator with integer weights. If these are rounded from floats, the forward pass uses the integers, input
 * gradients use the dequantized weights, and weight gradients pass straight through to the floats.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface IntegerOperator extends Operator {

    ElementType type();

    /** Rounds weights and bias from an operator of floats with this shape, now and after changes. */
    void follow(PackedOperator floats, ScaleRule rule);

    /** Returns the floats that the weights are rounded from, or null. */
    @Nullable
    RoundedFloats floats();

    private RoundedFloats requireFloats() {
        RoundedFloats floats = floats();
        if (floats == null) {
            throw new UnsupportedOperationException(this
                    + " has no gradient, because integers change in steps; train floats, which a trainer may round in"
                    + " each step");
        }
        return floats;
    }

    @Override
    default InputGradient inputGradient(Arena arena) {
        return requireFloats().widened().inputGradient(arena);
    }

    @Override
    default @Nullable WeightGradients weightGradients(Arena arena, int threads) {
        return requireFloats().floats().weightGradients(arena, threads);
    }
}

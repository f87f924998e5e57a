package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.integer.ScaleRule;
import dev.spikelane.memory.ElementType;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * An operator whose weights are integers. Where these are rounded from floats, it runs forward by integers, gradients
 * of its inputs are those of the floats that they widen to, and gradients of its weights go to the floats they are
 * rounded from, as if these were no others.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface IntegerOperator extends Operator {

    /** Returns the type of the weights. */
    ElementType type();

    /** Lets weights and bias follow those of an operator of floats, of the same shape, by a rule. */
    void follow(PackedOperator floats, ScaleRule rule);

    /** Returns the floats that the weights follow; null if they stand for themselves. */
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

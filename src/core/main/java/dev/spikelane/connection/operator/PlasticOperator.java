package dev.spikelane.connection.operator;

import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * An operator whose weights a plasticity rule may change in place; {@link #update} must follow a change.
 *
 * @param <S> one number for each synapse, such as its weight, in the layout of the operator
 */
public interface PlasticOperator<S> extends Operator {

    /** Returns the reason why rules cannot change these weights, as the end of a message, or null. */
    @Nullable
    String refusesRules();

    S synapses();

    /** Allocates zeros, one for each synapse. */
    S zeros(Arena arena);

    void fill(S numbers, float value);

    /** Wraps numbers of the synapses as values with a name; a rule may make them infinite. */
    Values like(String name, S numbers);
}

package dev.spikelane.connection.operator;

import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * An operator whose weights a rule may change where they stand; {@link #update} takes notice of it.
 *
 * @param <S> numbers of all synapses, such as the weights, as the operator lays them out
 */
public interface PlasticOperator<S> extends Operator {

    /** Says what keeps rules from changing these weights, as the end of a message; null if nothing does. */
    @Nullable
    String refusesRules();

    /** Returns the weights. */
    S synapses();

    /** Makes other numbers of the same synapses, zeros. */
    S zeros(Arena arena);

    /** Gives all synapses a number. */
    void fill(S numbers, float value);

    /**
     * Shows other numbers of the same synapses as values, which may be infinite: a rule may make them so.
     *
     * @param name their name
     * @param numbers of all synapses
     * @return the values, in torch's layout of the weights
     */
    Values like(String name, S numbers);
}

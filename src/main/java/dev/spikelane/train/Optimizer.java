package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * A rule by which gradients change parameters, with the formulas of {@code torch.optim}. It works element by element, so parameters may lie in
 * memory in any order.
 */
public sealed interface Optimizer permits Sgd, Adam {

    /**
     * Returns the name.
     *
     * @return a name for files and messages: {@code sgd}, {@code adam}, {@code adamw}
     */
    String name();

    /**
     * Returns the learning rate before a schedule changes it.
     *
     * @return the rate
     */
    double rate();

    /**
     * Binds the rule to the memory of one parameter and makes its state, of zeros.
     *
     * @param parameter float32 values in native memory, changed by every update
     * @return the bound rule
     * @throws IllegalArgumentException if the memory is not a whole number of floats, or none
     */
    ParameterUpdate bind(MemorySegment parameter);

    /**
     * Binds the rule to the memory of a matrix.
     *
     * @param parameter changed by every update; its padding stays zero where that of the gradients is
     * @return the bound rule
     */
    default ParameterUpdate bind(FloatMatrix parameter) {
        return bind(parameter.segment());
    }
}

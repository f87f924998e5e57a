package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.update.ParameterUpdate;
import java.lang.foreign.MemorySegment;

/**
 * A rule by which gradients change parameters, with the formulas of {@code torch.optim}. It works element by element,
 * so parameters may lie in memory in any order. Immutable; any number of trainers may use it.
 */
public abstract sealed class Optimizer permits Sgd, Adam {

    Optimizer() {}

    /**
     * Returns the name.
     *
     * @return a name for files and messages: {@code sgd}, {@code adam}, {@code adamw}
     */
    public abstract String name();

    /**
     * Returns the learning rate before a schedule changes it.
     *
     * @return the rate
     */
    public abstract double rate();

    /** Binds the rule to the memory of one parameter, a whole number of floats, and makes its state, of zeros. */
    abstract ParameterUpdate bind(MemorySegment parameter);

    /** Binds the rule to the memory of a matrix, whose padding stays zero where that of the gradients is. */
    ParameterUpdate bind(FloatMatrix parameter) {
        return bind(parameter.segment());
    }
}

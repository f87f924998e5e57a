package dev.spikelane.engine;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;

/** Sees a variable of a population after each step, or before its reset. */
public interface VariableObserver {

    /** Returns the name of the variable. */
    String variable();

    /** Whether it sees the variable before the reset of each step. */
    boolean beforeReset();

    /**
     * Sees a step.
     *
     * @param step its number, counted from the last reset
     * @param rows {@code [batch x neurons]}, in the order of the rows
     * @param shape of the population
     */
    void record(long step, FloatMatrix rows, Shape shape);
}

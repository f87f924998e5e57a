package dev.spikelane.engine.observe;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;

/** Observes a variable of a population after each step or before its reset, or the currents at a port in each step. */
public interface VariableObserver {

    /** Returns the name of the variable or port. */
    String variable();

    /** Returns true if it observes the variable before the reset of each step. */
    boolean beforeReset();

    /**
     * Observes a step.
     *
     * @param step number of the step, counted from the last reset
     * @param rows {@code [at least batch x size of the shape]}, in the order of the rows
     * @param shape shape of a row: the shape of the population or of its currents
     */
    void record(long step, FloatMatrix rows, Shape shape);
}

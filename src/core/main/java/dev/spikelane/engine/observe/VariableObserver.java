package dev.spikelane.engine.observe;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;

/** Sees a variable of a population after each step, or before its reset; or the currents at a port in each step. */
public interface VariableObserver {

    /** Returns the name of the variable or port. */
    String variable();

    /** Whether it sees the variable before the reset of each step. */
    boolean beforeReset();

    /**
     * Sees a step.
     *
     * @param step its number, counted from the last reset
     * @param rows {@code [at least batch x size of the shape]}, in the order of the rows
     * @param shape of a row: that of the population, or of its currents
     */
    void record(long step, FloatMatrix rows, Shape shape);
}

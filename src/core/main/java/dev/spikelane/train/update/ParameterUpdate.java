package dev.spikelane.train.update;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * An optimizer bound to one parameter, with its state.
 *
 * <p>Each step begins once; then any number of threads update the parameter as a whole or in disjoint ranges. The bits
 * do not depend on the ranges.
 */
public interface ParameterUpdate {

    /**
     * Counts a step and computes its coefficients.
     *
     * @param rate the learning rate of this step
     */
    void begin(double rate);

    /**
     * Updates some values of the parameter.
     *
     * @param gradient the gradient, in the parameter's length and order
     * @param first the first value
     * @param end the index after the last value
     * @throws IllegalArgumentException if the gradient has another length or shares memory with the parameter
     * @throws IndexOutOfBoundsException if the range is not within the parameter
     * @throws IllegalStateException if no step has begun
     */
    void update(MemorySegment gradient, long first, long end);

    /**
     * Begins a step and updates all values.
     *
     * @param gradient the gradient, in the parameter's length and order
     * @param rate the learning rate of this step
     * @throws IllegalArgumentException if the gradient has another length or shares memory with the parameter
     */
    default void step(MemorySegment gradient, double rate) {
        begin(rate);
        update(gradient, 0, gradient.byteSize() / Float.BYTES);
    }

    /**
     * Returns the number of steps that have begun.
     *
     * @return steps
     */
    long steps();

    /**
     * Sets the step count, after the state was read from a checkpoint.
     *
     * @param steps at least 0
     * @throws IllegalArgumentException if it is negative
     */
    void setSteps(long steps);

    /**
     * Returns the state by torch's names, such as {@code exp_avg}. It may be saved or overwritten between steps.
     *
     * @return memory of the parameter's length and order; empty for rules without state
     */
    Map<String, MemorySegment> state();
}

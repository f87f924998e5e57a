package dev.spikelane.train.update;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * An optimizer bound to one parameter, with its state.
 *
 * <p>Each step begins once; then the parameter is updated as a whole or in disjoint ranges, by any number of threads.
 * The bits do not depend on the ranges.
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
     * @param gradient as long as the parameter and in the same order
     * @param first the first value
     * @param end the value behind the last
     * @throws IllegalArgumentException if the gradient has another length or shares memory with the parameter
     * @throws IndexOutOfBoundsException if the values are not all there
     * @throws IllegalStateException if no step has begun
     */
    void update(MemorySegment gradient, long first, long end);

    /**
     * Begins a step and updates all values.
     *
     * @param gradient as long as the parameter and in the same order
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
     * Goes on from a number of steps, with state that was read from a checkpoint.
     *
     * @param steps at least 0
     * @throws IllegalArgumentException if it is negative
     */
    void setSteps(long steps);

    /**
     * Returns the state by torch's names, such as {@code exp_avg}, to be saved or overwritten between steps.
     *
     * @return memory of the parameter's length and order; empty if the rule keeps none
     */
    Map<String, MemorySegment> state();
}

package dev.spikelane.kernel.optimize;

import java.lang.foreign.MemorySegment;

/** Receives gradients of a parameter's values as soon as they are computed, such as an optimizer. */
public interface GradientSink {

    /**
     * Receives the gradients of some values, once a step. Threads may call this at the same time for different values.
     *
     * @param gradients float32 numbers in native memory
     * @param from byte offset of the first value's gradient
     * @param first the first value, counted in the parameter's memory
     * @param end the value after the last
     */
    void take(MemorySegment gradients, long from, long first, long end);
}

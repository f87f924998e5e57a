package dev.spikelane.kernel.optimize;

import java.lang.foreign.MemorySegment;

/** Takes gradients of the values of a parameter as they come to be, such as an optimizer whose step they go into. */
public interface GradientSink {

    /**
     * Takes the gradients of some values, once in a step. Threads may call this at the same time for different values.
     *
     * @param gradients float32 numbers in native memory
     * @param from bytes from their start to the gradient of the first value
     * @param first the first value, counted in the parameter's memory
     * @param end the value behind the last
     */
    void take(MemorySegment gradients, long from, long first, long end);
}

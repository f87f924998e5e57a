package dev.spikelane.bench;

import dev.spikelane.memory.FloatMatrix;
import java.util.List;

/**
 * Another library that can do some of the works, in the way that is its best. Found as a service: see the Maven profile
 * {@code peers}.
 */
public interface Peer {

    /** Who it is. */
    Contestant contestant();

    /** Its name and version. */
    String describe();

    /**
     * Prepares {@code output[m x n] = input[m x k] * weights[n x k]^T}, which is the one result. Copies its arguments,
     * so that they are in the library's own memory before any pass.
     */
    Task product(FloatMatrix input, FloatMatrix weights, int threads);

    /**
     * Prepares a run of a network over all steps: for each layer one product for all steps, and then leaky neurons with
     * threshold 1 that reset by subtraction, one step late:
     * {@code membrane = beta * membrane + current - spikes before; spikes = membrane > 1}. The results are the
     * membranes of all layers, {@code [batch x neurons]}, and then their spikes, {@code [steps * batch x neurons]}.
     *
     * @param input spikes as 0 and 1, {@code [steps * batch x inputs]}, time-major
     */
    Task network(FloatMatrix input, int batch, List<Linear> layers, float beta, int threads);

    /** Weights {@code [outputs x inputs]} and bias {@code [1 x outputs]} of a connection. */
    record Linear(FloatMatrix weights, FloatMatrix bias) {}

    /** A work in the memory of the library. */
    interface Task extends AutoCloseable {

        /** Does it once, from the beginning. */
        void run();

        /** Copies out what the last pass left, each result row by row; may be empty before the first. */
        List<float[]> results();

        @Override
        void close();
    }
}

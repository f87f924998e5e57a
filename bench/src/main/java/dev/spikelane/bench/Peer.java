package dev.spikelane.bench;

import dev.spikelane.memory.FloatMatrix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Another library that can do some of the works, each in its best way. Peers are found as services: see the Maven
 * profile {@code peers}.
 */
public interface Peer {

    /** Returns the contestant. */
    Contestant contestant();

    /** Returns the name and version. */
    String describe();

    /**
     * Prepares {@code output[m x n] = input[m x k] * weights[n x k]^T}, the only result. Copies its arguments into the
     * library's own memory before any pass.
     */
    Task product(FloatMatrix input, FloatMatrix weights, int threads);

    /**
     * Prepares a run of a network over all steps. Each layer has one product for all steps, then leaky neurons with
     * threshold 1 that reset by subtraction, one step late: {@code membrane = beta * membrane + current - spikes
     * before; spikes = membrane > 1}. The results are the membranes of all layers, {@code [batch x neurons]}, and then
     * their spikes, {@code [steps * batch x neurons]}.
     *
     * @param input spikes as 0 and 1, {@code [steps * batch x inputs]}, time-major
     */
    Task network(FloatMatrix input, int batch, List<Linear> layers, float beta, int threads);

    /**
     * Prepares a run of a network of maps over all steps. Each layer has one convolution or product for all steps, a
     * pool, and neurons as in {@link #network}. If the input has the rows of one step only, all steps share them, and
     * the currents of the first layer are computed once. The results are the membranes of all layers, {@code [batch x
     * neurons]}.
     *
     * @param input {@code [batch x inputs]} or {@code [steps * batch x inputs]}; rows of all layers are in the order
     *     (channel, y, x)
     * @return the task; null if the library cannot do it
     */
    default @Nullable Task maps(FloatMatrix input, int batch, int steps, List<Maps> layers, float beta, int threads) {
        return null;
    }

    /**
     * A layer of maps.
     *
     * @param channels channels of its input
     * @param side rows and columns of its input
     * @param kernel rows and columns of windows, at a distance of 1; 0 for a product of all inputs
     * @param padding padding on each side
     * @param pools true to take the largest of each 2 x 2 currents
     */
    record Maps(Linear linear, int channels, int side, int kernel, int padding, boolean pools) {

        /** Returns the number of neurons of a row. */
        public int neurons() {
            int outputs = linear.weights.rows();
            return outputs * made() * made();
        }

        /** Returns the rows and columns of the neurons. */
        public int made() {
            int made = kernel == 0 ? 1 : side + 2 * padding - kernel + 1;
            return pools ? made / 2 : made;
        }
    }

    /** Weights {@code [outputs x inputs]} and bias {@code [1 x outputs]} of a connection. */
    record Linear(FloatMatrix weights, FloatMatrix bias) {}

    /** A work in the memory of the library. */
    interface Task extends AutoCloseable {

        /** Runs once, from the initial state. */
        void run();

        /** Copies the results of the last pass, each row by row; may be empty before the first pass. */
        List<float[]> results();

        @Override
        void close();
    }
}

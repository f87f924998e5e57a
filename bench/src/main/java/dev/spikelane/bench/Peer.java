package dev.spikelane.bench;

import dev.spikelane.memory.FloatMatrix;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /**
     * Prepares a run of a network of maps over all steps: for each layer one convolution or product for all steps, a
     * pool, and then neurons as those of {@link #network}. Where the input has the rows of one step only, all steps
     * have these, and what the first layer makes of them is computed once. The results are the membranes of all layers,
     * {@code [batch x neurons]}.
     *
     * @param input {@code [batch x inputs]} or {@code [steps * batch x inputs]}; rows of all layers are in the order
     *     (channel, y, x)
     * @return null if it cannot
     */
    default @Nullable Task maps(
            FloatMatrix input, int batch, int steps, List<Maps> layers, float beta, int threads) {
        return null;
    }

    /**
     * A layer of maps.
     *
     * @param channels of its input
     * @param side rows and columns of its input
     * @param kernel rows and columns of windows, at a distance of 1; 0 for a product of all inputs
     * @param padding on each side
     * @param pools whether the largest of each 2 x 2 currents is taken
     */
    record Maps(Linear linear, int channels, int side, int kernel, int padding, boolean pools) {

        /** Neurons of a row. */
        public int neurons() {
            int outputs = linear.weights.rows();
            return outputs * made() * made();
        }

        /** Rows and columns of the neurons. */
        public int made() {
            int made = kernel == 0 ? 1 : side + 2 * padding - kernel + 1;
            return pools ? made / 2 : made;
        }
    }

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

package dev.spikelane.kernel.step;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import org.jspecify.annotations.Nullable;

/**
 * Backpropagates through a step of neurons, for a tile of them and all samples of a batch.
 *
 * <p>A step has two passes, between which the caller multiplies by a surrogate of the derivative of firing. All is
 * float32 without fused operations, neuron by neuron. An object is for one thread at a time.
 *
 * <p>A matrix with as many columns as there are neurons holds all of them, any other matrix the tile.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface NeuronBackward {

    /** The matrices of one step, and the row of the first sample in each. */
    final class Step {
        private static final int MOST_VARIABLES = 64;

        private static final int MOST_PORTS = 16;

        public Step() {}

        /** Variables before the step. */
        public final FloatMatrix[] before = new FloatMatrix[MOST_VARIABLES];

        public int beforeRow;

        /** Membranes after the step. */
        public @Nullable FloatMatrix after;

        public int afterRow;

        /** Currents of the step at each port; null if not needed, or without such a port. */
        public final @Nullable FloatMatrix[] currents = new FloatMatrix[MOST_PORTS];

        /** Receive the gradients of the currents; may be {@code currents}, and the first of them {@code after}. */
        public final @Nullable FloatMatrix[] ofCurrents = new FloatMatrix[MOST_PORTS];

        /** Steps since the last reset, before this one. */
        public int number;

        /** Source of noise; {@link CounterRandom.Draws#NONE} without noise. */
        public CounterRandom.Draws noise = CounterRandom.Draws.NONE;

        /** Row of the first sample in the currents and their gradients. */
        public int currentRow;

        /** Spikes of the previous step, of all neurons; needed if neurons feed their own spikes back. */
        public @Nullable SpikeMatrix previous;

        public int previousRow;

        /**
         * {@code [batch x neurons]}: receives the gradients of the previous step's carried values, if neurons feed them
         * back.
         */
        public @Nullable FloatMatrix ofPrevious;
    }

    /**
     * First pass: turns gradients of the values that spikes carry into gradients of spikes, and computes the distance.
     *
     * @param step the step's matrices
     * @param ofVariables {@code [variables * batch x neurons or tile]}: gradients of the variables after the step
     * @param ofSpikes {@code [batch x tile]}: gradients of the values that spikes carry; becomes the gradients of
     *     spikes
     * @param distance {@code [batch x tile]}: receives the membrane minus the threshold at the spike
     */
    void toDistance(Step step, FloatMatrix ofVariables, FloatMatrix ofSpikes, FloatMatrix distance);

    /**
     * Second pass: from the distance to the currents and to the variables before the step.
     *
     * @param step the step's matrices
     * @param ofDistance {@code [batch x tile]}: gradients of the membrane minus the threshold; null if all are zero
     * @param ofVariables {@code [variables * batch x neurons or tile]}: gradients of the variables after the step;
     *     becomes those before the step
     * @param batch samples
     */
    void toCurrents(Step step, @Nullable FloatMatrix ofDistance, FloatMatrix ofVariables, int batch);
}

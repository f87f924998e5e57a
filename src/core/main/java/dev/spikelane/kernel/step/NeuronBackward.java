package dev.spikelane.kernel.step;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import org.jspecify.annotations.Nullable;

/**
 * Takes gradients back through a step of neurons, for a tile of them and all samples of a batch.
 *
 * <p>A step has two passes, between which the caller puts a surrogate in place of the derivative of firing. All is
 * float32 without fused operations, neuron by neuron. An object serves one thread at a time.
 *
 * <p>A matrix that has as many columns as there are neurons holds all of them, any other the tile.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface NeuronBackward {

    /** The matrices of one step, and the row of the first sample in each. */
    final class Step {
        /** No model has more variables. */
        private static final int MOST_VARIABLES = 64;

        private static final int MOST_PORTS = 16;

        /** Starts without matrices. */
        public Step() {}

        /** The variables before the step. */
        public final FloatMatrix[] before = new FloatMatrix[MOST_VARIABLES];

        /** The row of the first sample in {@code before}. */
        public int beforeRow;

        /** The membranes after the step. */
        public @Nullable FloatMatrix after;

        /** The row of the first sample in {@code after}. */
        public int afterRow;

        /** The currents of the step at each port; null if they are not needed, or there is no such port. */
        public final @Nullable FloatMatrix[] currents = new FloatMatrix[MOST_PORTS];

        /** Receive the gradients of the currents; may be {@code currents}, and the first of them {@code after}. */
        public final @Nullable FloatMatrix[] ofCurrents = new FloatMatrix[MOST_PORTS];

        /** The number of steps since the last reset, before this one. */
        public int number;

        /** Whence noise comes; {@link CounterRandom.Draws#NONE} without noise. */
        public CounterRandom.Draws noise = CounterRandom.Draws.NONE;

        /** The row of the first sample in the currents and their gradients. */
        public int currentRow;

        /** The spikes of the step before, of all neurons; needed where neurons feed their own spikes back. */
        public @Nullable SpikeMatrix previous;

        /** The row of the first sample in {@code previous}. */
        public int previousRow;

        /**
         * {@code [batch x neurons]}: receives the gradients of the values that the previous step's spikes carried, if
         * neurons feed them back.
         */
        public @Nullable FloatMatrix ofPrevious;
    }

    /**
     * Turns gradients of the values that spikes carry into gradients of the distance: the first pass.
     *
     * @param step where the step's numbers stand
     * @param ofVariables {@code [variables * batch x neurons or tile]}: gradients with respect to the variables after
     *     the step
     * @param ofSpikes {@code [batch x tile]}: gradients with respect to the values that spikes carry; becomes the
     *     gradients with respect to the spikes
     * @param distance {@code [batch x tile]}: receives the membrane minus the threshold, when neurons fire
     */
    void toDistance(Step step, FloatMatrix ofVariables, FloatMatrix ofSpikes, FloatMatrix distance);

    /**
     * The second pass: from the distance to the threshold to the currents and to the variables before the step.
     *
     * @param step where the step's numbers stand
     * @param ofDistance {@code [batch x tile]}: gradients with respect to the membrane minus the threshold; null if
     *     they are all zero
     * @param ofVariables {@code [variables * batch x neurons or tile]}: those with respect to the variables after the
     *     step, become those before it
     * @param batch samples
     */
    void toCurrents(Step step, @Nullable FloatMatrix ofDistance, FloatMatrix ofVariables, int batch);
}

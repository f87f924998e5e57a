package dev.spikelane.kernel.step.leaky;

import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.SurrogateStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Pads;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import org.jspecify.annotations.Nullable;

/**
 * Leaky neurons with equal currents at all steps, forward and backward, for some samples and 64 neurons at a time. All
 * their steps fit the L1 cache: membranes are recomputed rather than kept, and gradients of the steps are summed at
 * once. Results equal {@link LeakyText} bit for bit, forward and backward.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class LeakyFrame {

    /** Neurons of a block. */
    public static final int BLOCK = 64;

    /** Rows of 64 distances for each step, so that some samples have room, and the L1 cache has room for them. */
    public static final int SAMPLES = 2;

    /** Steps whose gradients of spikes are computed at a time, so that weights are loaded once for all of them. */
    static final int STEPS = 2;

    private LeakyFrame() {}

    /**
     * The memory of a thread on the way back.
     *
     * @param distances of some samples and two vectors of neurons: {@link #SAMPLES} rows for each step
     * @param distance {@code [steps x 64]}, membranes of a sample minus thresholds; may be the first rows of the former
     * @param gradient {@code [steps x 64]}, of these
     * @param sums {@code [batch x 64]}, gradients of the currents, summed over the steps
     */
    public record Room(FloatMatrix distances, FloatMatrix distance, FloatMatrix gradient, FloatMatrix sums) {}

    /**
     * The gradients of a target and its weights.
     *
     * @param gradients gradients of the currents of a target: for each sample its steps, one after the other, padded to
     *     the stride with any numbers
     * @param stride numbers of a sample, at least {@link #stride}
     * @param outputs outputs of the target
     * @param weights 64 inputs side by side, a row for each output, block after block
     * @param rowsOfBlock rows of a block of weights
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Target(float[] gradients, int stride, int outputs, FloatMatrix weights, int rowsOfBlock) {

        /**
         * Returns where the weights of a block begin.
         *
         * @param block of 64 neurons
         * @return the row of the first output
         */
        public int firstWeights(int block) {
            return block * rowsOfBlock;
        }
    }

    /**
     * Returns the numbers from a sample to the next in {@link Target#gradients}.
     *
     * @param steps of the window
     * @param outputs of the target
     * @return at least the gradients of all steps of a sample
     */
    public static int stride(int steps, int outputs) {
        return Math.ceilDiv(steps, STEPS) * STEPS * outputs;
    }

    /**
     * The currents and the states of a window of steps.
     *
     * @param current {@code [batch x 64]}
     * @param steps of the window
     * @param start {@code [batch x neurons]}, the membrane before the first step
     * @param carried {@code [batch x neurons]}, receives the gradients of the membrane before the first step; null if
     *     they are not needed
     */
    public record Source(
            FloatMatrix current,
            int steps,
            FloatMatrix start,
            @Nullable FloatMatrix carried) {}

    /**
     * Returns true if this class can run the neurons.
     *
     * @param parameters parameters of the neurons
     * @return true if there are vectors, and the neurons are snnTorch's Leaky with a delayed reset by SUBTRACT or ZERO
     *     or without a reset, and with neither inhibition nor rounding
     */
    public static boolean fits(LeakyNeurons parameters) {
        return SimdWidth.VECTOR && parameters.options.feedback() == Feedback.NONE && parameters.isPlain();
    }

    /**
     * Runs all steps of a block of neurons.
     *
     * @param parameters of the neurons
     * @param current {@code [batch x neurons]}, at this block
     * @param membrane {@code [batch x neurons]}, before the first step
     * @param end receives that after the last step; may be {@code membrane}; null if it is not needed
     * @param spikes {@code [steps * batch x neurons]}, overwritten for the block
     * @param block of 64 neurons
     */
    public static void fire(
            LeakyNeurons parameters,
            Tile current,
            FloatMatrix membrane,
            @Nullable FloatMatrix end,
            SpikeMatrix spikes,
            int block) {
        LeakyFrameVector.fire(parameters, current, membrane, end, spikes, block);
    }

    /**
     * Computes membranes of a sample again, and their distances.
     *
     * @param parameters of the neurons
     * @param source the window
     * @param room receives the distances
     * @param sample whose membranes are wanted
     * @param block of 64 neurons
     */
    public static void distances(LeakyNeurons parameters, Source source, Room room, int sample, int block) {
        LeakyFrameVector.distances(parameters, source, room.distance, sample, block);
    }

    /**
     * Backpropagates gradients of the distances of a sample through all steps, and sums the gradients of the currents,
     * steps descending.
     *
     * @param parameters parameters of the neurons
     * @param source the window
     * @param room distances and their gradients; receives the sums
     * @param sample sample of the gradients
     * @param block block of 64 neurons
     */
    public static void back(LeakyNeurons parameters, Source source, Room room, int sample, int block) {
        LeakyFrameVector.back(parameters, source, room, sample, block);
        clearPads(parameters, source, room, sample, block);
    }

    /**
     * Returns whether some neurons go back in one pass.
     *
     * @param parameters of the neurons
     * @param surrogate the derivative of a spike
     * @return whether {@link #back(LeakyNeurons, SurrogateStep, Target, Source, Room, int)} takes them
     */
    public static boolean isOnePass(LeakyNeurons parameters, SurrogateStep surrogate) {
        return parameters.options.reset() != Reset.ZERO && surrogate.isArcTangent();
    }

    /**
     * Computes distances and backpropagates for all samples, from the gradients of a target. Each step's gradients of
     * spikes are sums from zero over outputs ascending, one fused multiply-add each, and pass the surrogate.
     *
     * @param parameters parameters of the neurons, whose reset is not ZERO
     * @param surrogate an arc tangent
     * @param target source of the gradients
     * @param source the window
     * @param room receives the sums
     * @param block block of 64 neurons
     */
    public static void back(
            LeakyNeurons parameters, SurrogateStep surrogate, Target target, Source source, Room room, int block) {
        LeakyFrameAtanVector.back(parameters, surrogate.constants(), target, source, room, block);
        for (int sample = 0; sample < source.current.rows(); sample++) {
            clearPads(parameters, source, room, sample, block);
        }
    }

    /** An infinite gradient has left NaN where weights are padding. */
    private static void clearPads(LeakyNeurons parameters, Source source, Room room, int sample, int block) {
        int neurons = parameters.neurons() - block * BLOCK;
        for (int i = neurons; i < BLOCK; i++) {
            room.sums.set(sample, i, 0);
        }
        FloatMatrix carried = source.carried;
        if (carried != null && neurons < BLOCK) {
            Pads.clear(carried, sample);
        }
    }
}

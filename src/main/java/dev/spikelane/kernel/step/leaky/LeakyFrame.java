package dev.spikelane.kernel.step.leaky;

import dev.spikelane.kernel.base.Pads;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.SurrogateStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import org.jspecify.annotations.Nullable;

/**
 * Leaky neurons whose currents are the same at all steps, forward and back, one sample and 64 neurons at a time: all
 * steps of these fit the L1 cache, so that membranes are computed again rather than kept, and gradients of the steps
 * are summed where they come to be. Bits are those of {@link LeakyStep} and {@link LeakyBackward}.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class LeakyFrame {

    /** Neurons of a block. */
    public static final int BLOCK = 64;

    private LeakyFrame() {}

    /**
     * All steps of 64 neurons and a sample, on the way back.
     *
     * @param distance {@code [steps x 64]}, membranes minus thresholds
     * @param gradient {@code [steps x 64]}, of the distances
     * @param sums {@code [batch x 64]}, those of the currents, summed over the steps
     */
    public record Steps(FloatMatrix distance, FloatMatrix gradient, FloatMatrix sums) {}

    /**
     * Where gradients come from.
     *
     * @param gradients of the currents of a target: a row for each sample, in which those of a step stand behind those
     *     of the step before
     * @param outputs of the target
     * @param weights 64 inputs side by side, a row for each output, block after block
     * @param rowsOfBlock rows of a block of weights
     */
    public record Target(FloatMatrix gradients, int outputs, FloatMatrix weights, int rowsOfBlock) {

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
     * The window of steps.
     *
     * @param start {@code [batch x neurons]}, the membrane before the first step
     * @param carried {@code [batch x neurons]}, receives the gradients of the membrane before the first step; null if
     *     nobody wants them
     */
    public record Window(FloatMatrix start, @Nullable FloatMatrix carried) {}

    /**
     * Tells whether neurons can be run so.
     *
     * @param parameters of the neurons
     * @return whether there are vectors, and the neurons are those of snnTorch's Leaky with a delayed reset, or none,
     *     by SUBTRACT or ZERO, and neither inhibition nor rounding
     */
    public static boolean fits(LeakyParameters parameters) {
        return SimdWidth.VECTOR && parameters.options.feedback() == Feedback.NONE && parameters.isPlain();
    }

    /**
     * Runs all steps of a block of neurons.
     *
     * @param parameters of the neurons
     * @param current {@code [batch x neurons]}, at this block
     * @param membrane {@code [batch x neurons]}, before the first step
     * @param end receives that after the last step; may be {@code membrane}; null if nobody wants it
     * @param spikes {@code [steps * batch x neurons]}, overwritten for the block
     * @param block of 64 neurons
     */
    public static void fire(
            LeakyParameters parameters,
            Tile current,
            FloatMatrix membrane,
            @Nullable FloatMatrix end,
            SpikeMatrix spikes,
            int block) {
        for (int sample = 0; sample < membrane.rows(); sample++) {
            LeakyFrameVector.fire(parameters, current, membrane, end, spikes, sample, block);
        }
    }

    /**
     * Computes membranes again.
     *
     * @param parameters of the neurons
     * @param current {@code [batch x 64]}
     * @param membrane {@code [batch x neurons]}, before the first step
     * @param distance {@code [steps x 64]}, receives membranes minus thresholds
     * @param sample whose membranes are wanted
     * @param block of 64 neurons
     */
    public static void distances(
            LeakyParameters parameters,
            FloatMatrix current,
            FloatMatrix membrane,
            FloatMatrix distance,
            int sample,
            int block) {
        LeakyFrameVector.distances(parameters, current, membrane, distance, sample, block);
    }

    /**
     * Takes gradients of the distances back through all steps, and sums those of the currents up, steps descending.
     *
     * @param parameters of the neurons
     * @param steps what is taken back, and receives the sums
     * @param window the window
     * @param sample whose gradients these are
     * @param block of 64 neurons
     */
    public static void back(LeakyParameters parameters, Steps steps, Window window, int sample, int block) {
        LeakyFrameVector.back(
                parameters, steps.distance, steps.gradient, window.start, steps.sums, window.carried, sample, block);
        clearPads(parameters, steps, window, sample, block);
    }

    /**
     * The same from the gradients of a target, in one pass: each step's gradients of spikes are sums from zero over
     * outputs ascending, one fused multiply-add each, and go through the surrogate.
     *
     * @param parameters of the neurons
     * @param surrogate an arc tangent
     * @param target where gradients come from
     * @param steps distances; receives the sums
     * @param window the window
     * @param sample whose gradients these are
     * @param block of 64 neurons
     */
    public static void back(
            LeakyParameters parameters,
            SurrogateStep surrogate,
            Target target,
            Steps steps,
            Window window,
            int sample,
            int block) {
        LeakyFrameAtanVector.back(parameters, surrogate.constants(), target, steps, window, sample, block);
        clearPads(parameters, steps, window, sample, block);
    }

    /** An infinite gradient has left NaN where weights are padding. */
    private static void clearPads(LeakyParameters parameters, Steps steps, Window window, int sample, int block) {
        int neurons = parameters.neurons() - block * BLOCK;
        for (int i = neurons; i < BLOCK; i++) {
            steps.sums.set(sample, i, 0);
        }
        FloatMatrix carried = window.carried;
        if (carried != null && neurons < BLOCK) {
            Pads.clear(carried, sample);
        }
    }
}

package dev.spikelane.train.gradient;

import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link GradientFrame} is made of.
 *
 * @param from the projection from the frame
 * @param to the projection to the target
 * @param weights of the latter, for the way back: 64 inputs side by side, a row for each output, block after block
 * @param start the state before the window; the same as {@code state} if that is zero, and stays so
 * @param carried receives gradients of the membranes before the window; null if nobody wants them
 */
record GradientFrameParts(
        LeakyParameters parameters,
        GradientProjection from,
        GradientProjection to,
        FloatMatrix weights,
        FiringGradient surrogate,
        NeuronState state,
        NeuronState start,
        SpikeMatrix spikes,
        @Nullable FloatMatrix carried) {

    /** Outputs of the projection to the target. */
    int outputs() {
        return to.outputs();
    }
}

package dev.spikelane.train.gradient;

import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a {@link GradientFrame}.
 *
 * @param from the projection from the frame
 * @param to the projection to the target
 * @param weights packed weights of the second projection for the backward pass: 64 adjacent inputs, a row for each
 *     output, block after block
 * @param start the state before the window; {@code state} itself if that is always zero
 * @param carried gets the gradients of the membranes before the window; null if they are not needed
 */
record GradientFrameParts(
        LeakyNeurons parameters,
        GradientProjection from,
        GradientProjection to,
        FloatMatrix weights,
        FiringGradient surrogate,
        NeuronState state,
        NeuronState start,
        SpikeMatrix spikes,
        @Nullable FloatMatrix carried) {

    static @Nullable GradientFrameParts of(GradientPopulation population, GradientRequest plan) {
        LeakyNeurons parameters = population.neurons().underFrame();
        GradientProjection to = population.ofSpikes().onlyProjection();
        if (parameters == null || to == null || !to.samplesApart() || !isFramed(population, plan)) {
            return null;
        }
        FloatMatrix weights = to.forward().description().delay() == 0 ? to.packed() : null;
        OutputGradients membrane = population.ofVariables()[0];
        boolean plain = !membrane.mayHaveGradients()
                && !membrane.keeps()
                && !population.surrogate().isRandom();
        if (weights == null || !plain) {
            return null;
        }
        return new GradientFrameParts(
                parameters,
                population.projections().getFirst(),
                to,
                weights,
                population.surrogate(),
                population.forward().state(),
                population.forward().states().before(0),
                population.forward().spikes().block(),
                plan.use() == GradientRequest.Use.ANY ? population.carried().all() : null);
    }

    /**
     * Returns true if the only input is one product of an input that may be a frame, and threads share the neurons.
     */
    private static boolean isFramed(GradientPopulation population, GradientRequest plan) {
        boolean apart = population.shares()
                && population.forward().currents().length == 1
                && plan.size().segments() == 1;
        if (!apart
                || plan.form() != InputForm.FRAME && plan.form() != InputForm.ANY
                || population.projections().size() != 1) {
            return false;
        }
        GradientProjection from = population.projections().getFirst();
        return from.input() != null
                && from.forward().chain().isOneProduct()
                && from.dropout() == null
                && from.forward().description().delay() == 0;
    }

    int outputs() {
        return to.outputs();
    }
}

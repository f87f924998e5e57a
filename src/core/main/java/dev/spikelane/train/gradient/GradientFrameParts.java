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
 * @param weights of the latter, for the way back: 64 inputs side by side, a row for each output, block after block
 * @param start the state before the window; the same as {@code state} if that is zero, and stays so
 * @param carried receives gradients of the membranes before the window; null if nobody wants them
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

    /** The parts of a population that can go this way; null if it cannot. */
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

    /** Whether all that enters is one product of an input, which may be a frame, and threads share the neurons. */
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

    /** Outputs of the projection to the target. */
    int outputs() {
        return to.outputs();
    }
}

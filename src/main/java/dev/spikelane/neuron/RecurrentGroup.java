package dev.spikelane.neuron;

import dev.spikelane.kernel.product.DenseMatmul;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.RecurrentMatmul;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.LeakyParameters;
import dev.spikelane.kernel.step.LeakyParametersBuilder;
import dev.spikelane.kernel.step.LeakyStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Neurons that feed back to all of them, one step at a time: their spikes, in the order of {@link RecurrentMatmul}, or their membranes, in that
 * of {@link DenseMatmul}.
 */
record RecurrentGroup(LeakyParameters parameters, PackedWeights weights, boolean feedsMembranes, List<String> names)
        implements StepwiseGroup {

    /** Neurons that feed their spikes back, one to one or all to all. */
    static NeuronGroup feedingSpikes(
            LeakyParametersBuilder builder, Recurrence recurrence, Arena arena, int neurons, List<String> names) {
        return switch (recurrence) {
            case Recurrence.OneToOne own -> {
                float[] weights = own.weights().values();
                yield new LeakyGroup(
                        builder.feedback(Feedback.OWN_SPIKES, weights).build(arena), names);
            }
            case Recurrence.AllToAll all ->
                new RecurrentGroup(
                        builder.feedback(Feedback.CURRENTS).build(arena), all.require(neurons, neurons), false, names);
        };
    }

    @Override
    public int neurons() {
        return parameters.neurons();
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        return NeuronState.zeros(
                arena, new NeuronState.Layout(batch, neurons(), names, !feedsMembranes, 0), neurons(), 1);
    }

    @Override
    public void step(
            FloatMatrix current,
            int row,
            long step,
            NeuronState state,
            FloatMatrix variables,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            boolean record,
            int firstWord,
            int endWord) {
        SpikeMatrix previous = state.spikes();
        int batch = state.membrane().rows();
        if (feedsMembranes) {
            DenseMatmul.multiply(state.membrane(), weights, state.feedback());
        } else {
            RecurrentMatmul.multiply(previous, weights, state.feedback());
        }
        LeakyStep.recurrent(
                parameters,
                current,
                row,
                batch,
                variables,
                state.feedback(),
                previous,
                spikes,
                membranes,
                record,
                firstWord,
                endWord);
        MemorySegment.copy(spikes.segment(), spikes.rowOffset(row), previous.segment(), 0, previous.rowOffset(batch));
    }
}

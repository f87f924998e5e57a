package dev.spikelane.neuron;

import dev.spikelane.kernel.DenseMatmul;
import dev.spikelane.kernel.Feedback;
import dev.spikelane.kernel.LeakyParameters;
import dev.spikelane.kernel.LeakyParametersBuilder;
import dev.spikelane.kernel.LeakyStep;
import dev.spikelane.kernel.PackedWeights;
import dev.spikelane.kernel.RecurrentMatmul;
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
        implements NeuronGroup {

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
    public boolean coupled() {
        return true;
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        return NeuronState.zeros(arena, batch, neurons(), names, !feedsMembranes, neurons(), 1);
    }

    @Override
    public void run(FloatMatrix current, int rows, NeuronState state, SpikeMatrix spikes, int firstWord, int endWord) {
        steps(current, rows, state, spikes, state.membrane(), false, firstWord, endWord);
    }

    @Override
    public void record(
            FloatMatrix current,
            int rows,
            NeuronState state,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            int firstWord,
            int endWord) {
        steps(current, rows, state, spikes, membranes, true, firstWord, endWord);
    }

    private void steps(
            FloatMatrix current,
            int rows,
            NeuronState state,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            boolean record,
            int firstWord,
            int endWord) {
        FloatMatrix variables = state.require(names);
        int batch = state.membrane().rows();
        GroupChecks.wholeRows(rows, batch, spikes, firstWord, endWord);
        for (int row = 0; row < rows; row += batch) {
            if (feedsMembranes) {
                DenseMatmul.multiply(state.membrane(), weights, state.feedback());
            } else {
                RecurrentMatmul.multiply(state.spikes(), weights, state.feedback());
            }
            LeakyStep.recurrent(
                    parameters,
                    current,
                    row,
                    batch,
                    variables,
                    state.feedback(),
                    state.spikes(),
                    spikes,
                    membranes,
                    record,
                    firstWord,
                    endWord);
            SpikeMatrix previous = state.spikes();
            MemorySegment.copy(
                    spikes.segment(), spikes.rowOffset(row), previous.segment(), 0, previous.rowOffset(batch));
        }
    }
}

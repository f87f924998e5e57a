package dev.spikelane.neuron;

import dev.spikelane.kernel.product.DenseMatmul;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.step.DropoutSpikes;
import dev.spikelane.kernel.step.LeakyParameters;
import dev.spikelane.kernel.step.LeakyStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Neurons without a reset that fire through a dropout, one step at a time.
 *
 * @param weights of the membranes that are fed back to all neurons; null if each neuron keeps to itself
 */
record DropoutGroup(LeakyParameters parameters, @Nullable PackedWeights weights, float probability, long seed)
        implements StepwiseGroup {

    @Override
    public int neurons() {
        return parameters.neurons();
    }

    @Override
    public boolean coupled() {
        return weights != null;
    }

    @Override
    public List<String> names() {
        return LeakyGroup.MEMBRANE;
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        return NeuronState.zeros(arena, new NeuronState.Layout(batch, neurons(), names()), neurons(), 1);
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
        int batch = state.membrane().rows();
        if (weights != null) {
            DenseMatmul.multiply(state.membrane(), weights, state.feedback());
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
        DropoutSpikes.fire(
                parameters, probability, seed, step, state.membrane(), batch, spikes, row, firstWord, endWord);
    }
}

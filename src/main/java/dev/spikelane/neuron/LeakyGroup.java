package dev.spikelane.neuron;

import dev.spikelane.kernel.LeakyParameters;
import dev.spikelane.kernel.LeakyStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;

/** Neurons that {@link LeakyStep} updates; their only state is the membrane. */
record LeakyGroup(LeakyParameters parameters) implements NeuronGroup {

    @Override
    public int neurons() {
        return parameters.neurons();
    }

    @Override
    public boolean coupled() {
        return parameters.coupled();
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        return NeuronState.zeros(arena, batch, neurons(), "membrane");
    }

    @Override
    public void run(FloatMatrix current, int rows, NeuronState state, SpikeMatrix spikes, int firstWord, int endWord) {
        state.requireVariables(1);
        LeakyStep.run(parameters, current, rows, state.membrane(), spikes, firstWord, endWord);
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
        state.requireVariables(1);
        LeakyStep.record(parameters, current, rows, state.membrane(), spikes, membranes, firstWord, endWord);
    }
}

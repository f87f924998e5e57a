package dev.spikelane.neuron;

import dev.spikelane.kernel.DenseMatmul;
import dev.spikelane.kernel.LeakyParameters;
import dev.spikelane.kernel.LstmStep;
import dev.spikelane.kernel.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;

/** Spiking long short-term memory cells, one step at a time. */
record LstmGroup(LeakyParameters parameters, PackedWeights weights) implements NeuronGroup {

    private static final List<String> NAMES = List.of("membrane", "cell");

    @Override
    public int neurons() {
        return parameters.neurons();
    }

    @Override
    public int currents() {
        return LstmStep.GATES * neurons();
    }

    @Override
    public boolean coupled() {
        return true;
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        return NeuronState.zeros(arena, batch, neurons(), NAMES, false, currents(), LstmStep.GATES);
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
        FloatMatrix variables = state.require(NAMES);
        int batch = state.membrane().rows();
        GroupChecks.wholeRows(rows, batch, spikes, firstWord, endWord);
        for (int row = 0; row < rows; row += batch) {
            DenseMatmul.multiply(state.membrane(), weights, state.feedback());
            LstmStep.step(
                    parameters,
                    current,
                    row,
                    variables,
                    state.feedback(),
                    state.workspace(),
                    spikes,
                    membranes,
                    record);
        }
    }
}

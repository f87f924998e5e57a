package dev.spikelane.neuron;

import dev.spikelane.kernel.product.DenseMatmul;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.step.LeakyParameters;
import dev.spikelane.kernel.step.LstmStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;

/** Spiking long short-term memory cells, one step at a time. */
record LstmGroup(LeakyParameters parameters, PackedWeights weights) implements StepwiseGroup {

    static final List<String> NAMES = List.of("membrane", "cell");

    @Override
    public int neurons() {
        return parameters.neurons();
    }

    @Override
    public int currents() {
        return LstmStep.GATES * neurons();
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        return NeuronState.zeros(arena, new NeuronState.Layout(batch, neurons(), NAMES), currents(), LstmStep.GATES);
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
        DenseMatmul.multiply(state.membrane(), weights, state.feedback());
        LstmStep.step(
                parameters, current, row, variables, state.feedback(), state.workspace(), spikes, membranes, record);
    }
}

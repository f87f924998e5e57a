package dev.spikelane.neuron;

import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.kernel.step.cell.LstmStep;
import dev.spikelane.kernel.step.leaky.Differentiable;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * Spiking long short-term memory cells, one step at a time, whose feedback comes from outside.
 *
 * @param channels maps of the neurons, or all neurons of a row: how far gates of a position lie apart
 */
record LstmGroup(LeakyParameters parameters, int channels) implements StepwiseGroup, Differentiable {

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
    public boolean takesFeedback() {
        return true;
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public LeakyParameters gradientParameters() {
        return parameters;
    }

    @Override
    public int cellChannels() {
        return channels;
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        return NeuronState.zeros(arena, new NeuronState.Layout(batch, neurons(), NAMES));
    }

    @Override
    public void step(StepRun run, int row, long step, NeuronState state) {
        LstmStep.step(parameters, channels, run, state.workspace(), row);
    }
}

package dev.spikelane.neuron;

import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.kernel.step.leaky.Differentiable;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.kernel.step.leaky.WindowStep;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.List;

/** Neurons of which the newest inputs count, one step at a time; each by itself. */
record WindowGroup(LeakyNeurons parameters, FloatMatrix weights) implements StepwiseGroup, Differentiable {

    static final List<String> NAMES = List.of("membrane", "sum");

    @Override
    public int neurons() {
        return parameters.neurons();
    }

    @Override
    public String byStep() {
        return "a window of the newest " + weights.rows() + " inputs";
    }

    @Override
    public boolean coupled() {
        return parameters.coupled();
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public LeakyNeurons gradientParameters() {
        throw new IllegalArgumentException("a truncated kernel has no gradient");
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        return NeuronState.zeros(arena, new NeuronState.Layout(batch, neurons(), NAMES, false, weights.rows()));
    }

    @Override
    public void step(StepRun run, int row, long step, NeuronState state) {
        WindowStep.step(parameters, weights, run, state.window(), row, step);
    }
}

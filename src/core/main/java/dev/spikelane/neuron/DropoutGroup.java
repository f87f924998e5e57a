package dev.spikelane.neuron;

import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.kernel.step.leaky.Differentiable;
import dev.spikelane.kernel.step.leaky.DropoutSpikes;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.kernel.step.leaky.LeakyStep;
import java.lang.foreign.Arena;
import java.util.List;

/** Neurons without a reset that fire through a dropout, one step at a time. */
record DropoutGroup(LeakyNeurons parameters, DropoutSpikes dropout) implements StepwiseGroup, Differentiable {

    @Override
    public int neurons() {
        return parameters.neurons();
    }

    @Override
    public String byStep() {
        return "a dropout that draws by step";
    }

    @Override
    public boolean coupled() {
        return false;
    }

    @Override
    public boolean takesFeedback() {
        return parameters.feedback() == Feedback.CURRENTS;
    }

    @Override
    public List<String> names() {
        return LeakyGroup.MEMBRANE;
    }

    @Override
    public LeakyNeurons gradientParameters() {
        throw new IllegalArgumentException("a dropout has no gradient");
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        return NeuronState.zeros(arena, new NeuronState.Layout(batch, neurons(), names()));
    }

    @Override
    public void step(StepRun run, int row, long step, NeuronState state) {
        LeakyStep.run(parameters, run, row, state.membrane().rows());
        dropout.fire(step, run, row);
    }
}

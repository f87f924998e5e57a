package dev.spikelane.neuron;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.RecurrentWeights;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Neurons without a network that feed back to all of them, one step at a time: their spikes, in the order of
 * {@link dev.spikelane.kernel.product.RecurrentMatmul}, or their membranes, in that of
 * {@link dev.spikelane.kernel.product.DenseMatmul}.
 *
 * @param fed the same neurons, whose feedback comes from outside
 */
record RecurrentGroup(TileGroup fed, RecurrentWeights weights, boolean feedsMembranes, List<String> names)
        implements StepwiseGroup {

    /** Neurons that get their feedback from themselves, after a check that their number fits. */
    static NeuronGroup of(Arena arena, NeuronGroup fed, Recurrence.AllToAll recurrence, Neuron model) {
        recurrence.require(fed.neurons(), fed.currents());
        return new RecurrentGroup(
                (TileGroup) fed,
                RecurrentWeights.of(arena, recurrence.weights(), recurrence.bias()),
                model.feedsMembranes(),
                model.variables());
    }

    @Override
    public int neurons() {
        return fed.neurons();
    }

    @Override
    public int currents() {
        return fed.currents();
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        return NeuronState.feedingBack(
                arena, new NeuronState.Layout(batch, neurons(), names, !feedsMembranes, 0), currents());
    }

    @Override
    public void step(StepRun run, int row, long step, NeuronState state) {
        SpikeMatrix previous = state.spikes();
        Tile feedback = state.feedback();
        if (feedsMembranes) {
            weights.multiply(state.membrane(), feedback);
        } else {
            weights.multiply(previous, feedback);
        }
        fed.step(run.feedback(feedback.matrix(), row), row, step, state);
        SpikeMatrix spikes = run.spikes();
        MemorySegment.copy(
                spikes.segment(), spikes.rowOffset(row), previous.segment(), 0, previous.rowOffset(previous.rows()));
    }

    @Override
    public void requireShapes(StepRun run) {
        run.current().requireShape("current", run.current().rows(), currents());
        run.spikes().requireShape("spikes", run.spikes().rows(), neurons());
        run.membranes().requireShape("membranes", run.membranes().rows(), neurons());
    }
}

package dev.spikelane.neuron;

import dev.spikelane.kernel.product.RecurrentWeights;
import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Neurons without a network that feed back to all of them, one step at a time: their spikes, in the order of
 * {@link dev.spikelane.kernel.product.RecurrentMatmul}, or their membranes, in that of {@link dev.spikelane.kernel.product.DenseMatmul}.
 *
 * @param fed the same neurons, whose feedback comes from outside
 */
record RecurrentGroup(NeuronGroup fed, RecurrentWeights weights, boolean feedsMembranes, List<String> names)
        implements StepwiseGroup {

    /** Neurons that get their feedback from themselves, after a check that their number fits. */
    static NeuronGroup of(Arena arena, NeuronGroup fed, Recurrence.AllToAll recurrence, Neuron model) {
        recurrence.require(fed.neurons(), fed.currents());
        return new RecurrentGroup(
                fed,
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
        FloatMatrix membrane = state.membrane();
        int batch = membrane.rows();
        PortCurrents now = state.currents();
        if (feedsMembranes) {
            weights.multiply(membrane, now.feedback());
        } else {
            weights.multiply(previous, now.feedback());
        }
        copy(run.current(), row, now.current().matrix(), 0, batch);
        PortSteps.<NeuronState>of(fed).run(now, batch, state, previous);
        SpikeMatrix spikes = run.spikes();
        MemorySegment.copy(previous.segment(), 0, spikes.segment(), spikes.rowOffset(row), previous.rowOffset(batch));
        if (run.records()) {
            copy(membrane, 0, run.membranes(), row, batch);
        }
    }

    private static void copy(FloatMatrix from, int fromRow, FloatMatrix to, int toRow, int rows) {
        MemorySegment.copy(
                from.segment(), from.rowOffset(fromRow), to.segment(), to.rowOffset(toRow), from.rowOffset(rows));
    }

    @Override
    public void requireShapes(StepRun run) {
        run.current().requireShape("current", run.current().rows(), currents());
        run.spikes().requireShape("spikes", run.spikes().rows(), neurons());
        run.membranes().requireShape("membranes", run.membranes().rows(), neurons());
    }

    /** The neurons that get their feedback use the state's other one. */
    @Override
    public StepRun runOf(NeuronState state, PortCurrents currents, SpikeMatrix spikes) {
        return state.outerRun(currents, spikes);
    }

    /** The neurons that get their feedback count the step. */
    @Override
    public void advance(NeuronState state, int firstWord, int endWord) {}
}

package dev.spikelane.neuron;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.TwoStageOperator;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Rows;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * Neurons without a network that feed back to themselves by a connection, one step at a time: their spikes, or their
 * membranes.
 *
 * @param fed the same neurons, whose feedback comes from outside
 */
record RecurrentGroup(TileGroup fed, Operator connection, boolean feedsMembranes, List<String> names)
        implements StepwiseGroup {

    /** Neurons that get their feedback from themselves, after a check that the connection fits. */
    static NeuronGroup of(Arena arena, Shape shape, Connection declared, Neuron model) {
        Shape made = declared.outputShape(shape);
        Shape expected = shape.times(model.gates());
        if (!made.equals(expected)) {
            throw new IllegalArgumentException(
                    declared + " feeds back currents of shape " + made + ", expected " + expected + " for " + model);
        }
        Operator connection = ConnectionKinds.of(declared).bind(arena, declared, shape, Parameter.of(1));
        if (connection instanceof TwoStageOperator) {
            throw new IllegalArgumentException(declared + " stands first in its path, expected a connection before it");
        }
        return new RecurrentGroup(
                (TileGroup) model.bindPorts(arena, shape), connection, model.feedsMembranes(), model.variables());
    }

    @Override
    public int neurons() {
        return fed.neurons();
    }

    @Override
    public String byStep() {
        return fed.byStep();
    }

    @Override
    public int currents() {
        return fed.currents();
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        return NeuronState.feedingBack(
                arena, new NeuronState.Layout(batch, neurons(), names, !feedsMembranes, 0), connection);
    }

    @Override
    public void step(StepRun run, int row, long step, NeuronState state) {
        SpikeMatrix previous = state.spikes();
        Tile feedback = state.feedback();
        if (feedsMembranes) {
            connection.multiply(state.membrane(), previous.rows(), feedback, state.scratch());
        } else {
            connection.multiply(previous, previous.rows(), feedback, state.scratch());
        }
        fed.step(run.feedback(feedback.matrix(), row), row, step, state);
        SpikeMatrix spikes = run.spikes();
        Rows.copy(spikes, row, previous, 0, previous.rows());
    }

    @Override
    public void requireShapes(StepRun run) {
        run.current().requireShape("current", run.current().rows(), currents());
        run.spikes().requireShape("spikes", run.spikes().rows(), neurons());
        run.membranes().requireShape("membranes", run.membranes().rows(), neurons());
    }
}

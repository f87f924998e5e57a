package dev.spikelane.neuron;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.TwoStageOperator;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Rows;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;

/**
 * The feedback of neurons without a network, by a connection: from their spikes of the step before, or from their
 * membranes.
 */
record SelfFeedback(Operator connection, boolean feedsMembranes) implements AroundStep {

    /** Makes neurons that get their feedback from themselves, after a check that the connection fits. */
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
        return ((TextGroup) model.bindPorts(arena, shape))
                .feedingBack(new SelfFeedback(connection, model.feedsMembranes()));
    }

    @Override
    public String noGradient() {
        return "neurons that feed back to themselves have a gradient only as a projection of a network";
    }

    @Override
    public void begin(NeuronRun<NeuronState> run) {
        if (!run.ports[0].all()) {
            throw new IllegalArgumentException(
                    "neurons with recurrence are updated whole rows at a time, asked for " + run.ports[0]);
        }
        run.feedback(run.from.feedback(), run.rows - run.from.membrane().rows());
    }

    @Override
    public void before(NeuronRun<NeuronState> run, int row, long step) {
        NeuronState state = run.from;
        SpikeMatrix previous = state.spikes();
        Tile feedback = state.feedback();
        if (feedsMembranes) {
            connection.multiply(state.membrane(), previous.rows(), feedback, state.scratch());
        } else {
            connection.multiply(previous, previous.rows(), feedback, state.scratch());
        }
        run.feedback(feedback, row);
    }

    @Override
    public void after(NeuronRun<NeuronState> run, int row, long step) {
        SpikeMatrix previous = run.from.spikes();
        Rows.copy(run.spikes, row, previous, 0, previous.rows());
    }
}

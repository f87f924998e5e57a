package dev.spikelane.neuron;

import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.List;

/** Neurons that run in part, as their currents come, or as a whole. */
sealed interface TileGroup extends NeuronGroup, PortSteps<NeuronState>
        permits EquationGroup, LeakyGroup, StepwiseGroup {

    /**
     * Runs the step whose rows begin at {@code row}; what a run checks is checked.
     *
     * @param run what is read and written
     * @param step its number since the last reset, from 0
     */
    void step(StepRun run, int row, long step, NeuronState state);

    /** Names of the state variables, the membrane first. */
    List<String> names();

    /** Says what a run reads and writes. */
    default StepRun begin(PortCurrents currents, int rows, NeuronState state, SpikeMatrix spikes) {
        currents.require(ports());
        state.require(names());
        return state.run(currents, spikes);
    }

    /** Runs some rows, after checks, so that a run is done in whole or not at all. */
    void steps(StepRun run, int rows, NeuronState state);

    private void release(StepRun run, int rows, NeuronState state) {
        try {
            steps(run, rows, state);
        } finally {
            run.release();
        }
    }

    @Override
    default void run(PortCurrents currents, int rows, NeuronState state, SpikeMatrix spikes) {
        release(begin(currents, rows, state, spikes), rows, state);
    }

    @Override
    default void record(PortCurrents currents, int rows, NeuronState state, SpikeMatrix spikes, FloatMatrix membranes) {
        release(begin(currents, rows, state, spikes).record(membranes), rows, state);
    }

    /** The ports of most neurons, and of those that take feedback. */
    List<String> ONE_PORT = List.of(Neuron.CURRENT);

    List<String> TWO_PORTS = List.of(Neuron.CURRENT, Neuron.FEEDBACK);

    @Override
    default List<String> ports() {
        return takesFeedback() ? TWO_PORTS : ONE_PORT;
    }

    private void runWhole(PortCurrents currents, FloatMatrix first, NeuronState state, SpikeMatrix spikes) {
        try {
            spikes.requireShape("spikes", first.rows(), neurons());
            run(currents, first.rows(), state, spikes);
        } finally {
            state.releaseWhole();
        }
    }

    private void recordWhole(
            PortCurrents currents, FloatMatrix first, NeuronState state, SpikeMatrix spikes, FloatMatrix membranes) {
        try {
            spikes.requireShape("spikes", first.rows(), neurons());
            membranes.requireShape("membranes", first.rows(), neurons());
            record(currents, first.rows(), state, spikes, membranes);
        } finally {
            state.releaseWhole();
        }
    }

    @Override
    default void run(FloatMatrix current, NeuronState state, SpikeMatrix spikes) {
        runWhole(state.whole(current), current, state, spikes);
    }

    @Override
    default void run(List<FloatMatrix> currents, NeuronState state, SpikeMatrix spikes) {
        PortCurrents.requireCount(currents.size(), ports());
        runWhole(state.whole(currents), currents.getFirst(), state, spikes);
    }

    @Override
    default void run(FloatMatrix current, FloatMatrix feedback, NeuronState state, SpikeMatrix spikes) {
        runWhole(state.whole(current, feedback), current, state, spikes);
    }

    @Override
    default void record(FloatMatrix current, NeuronState state, SpikeMatrix spikes, FloatMatrix membranes) {
        recordWhole(state.whole(current), current, state, spikes, membranes);
    }

    @Override
    default void record(List<FloatMatrix> currents, NeuronState state, SpikeMatrix spikes, FloatMatrix membranes) {
        PortCurrents.requireCount(currents.size(), ports());
        recordWhole(state.whole(currents), currents.getFirst(), state, spikes, membranes);
    }

    @Override
    default void record(
            FloatMatrix current, FloatMatrix feedback, NeuronState state, SpikeMatrix spikes, FloatMatrix membranes) {
        recordWhole(state.whole(current, feedback), current, state, spikes, membranes);
    }
}

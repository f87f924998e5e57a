package dev.spikelane.neuron;

import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

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

    @Override
    default void run(FloatMatrix current, NeuronState state, SpikeMatrix spikes) {
        run(current, current, state, spikes);
    }

    @Override
    default void run(FloatMatrix current, FloatMatrix feedback, NeuronState state, SpikeMatrix spikes) {
        spikes.requireShape("spikes", current.rows(), neurons());
        try {
            run(state.whole(current, feedback), current.rows(), state, spikes);
        } finally {
            state.releaseWhole();
        }
    }

    @Override
    default void record(FloatMatrix current, NeuronState state, SpikeMatrix spikes, FloatMatrix membranes) {
        record(current, current, state, spikes, membranes);
    }

    @Override
    default void record(
            FloatMatrix current, FloatMatrix feedback, NeuronState state, SpikeMatrix spikes, FloatMatrix membranes) {
        spikes.requireShape("spikes", current.rows(), neurons());
        membranes.requireShape("membranes", current.rows(), neurons());
        try {
            record(state.whole(current, feedback), current.rows(), state, spikes, membranes);
        } finally {
            state.releaseWhole();
        }
    }
}

package dev.spikelane.neuron;

import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.SpikeMatrix;

/**
 * Neurons that run one step at a time. Most depend on what all of them did at the step before, so that rows are done
 * whole; those that do not say that they are not {@linkplain #coupled coupled}.
 */
non-sealed interface StepwiseGroup extends TileGroup {

    @Override
    default boolean coupled() {
        return true;
    }

    @Override
    default StepRun begin(PortCurrents currents, int rows, NeuronState state, SpikeMatrix spikes) {
        currents.require(ports());
        if (takesFeedback()) {
            requireRows("feedback", currents.port(1).matrix().rows(), rows);
        }
        if (coupled() && !currents.current().all()) {
            throw new IllegalArgumentException(
                    "neurons with recurrence are updated whole rows at a time, asked for " + currents.current());
        }
        return TileGroup.super.begin(currents, rows, state, spikes);
    }

    @Override
    default void steps(StepRun run, int rows, NeuronState state) {
        int batch = state.membrane().rows();
        int firstWord = run.firstWord();
        int endWord = run.endWord();
        if (rows < 1 || rows % batch != 0) {
            throw new IllegalArgumentException(rows + " rows are not a whole number of steps of batch " + batch);
        }
        requireRows("current", run.current().rows(), rows);
        requireRows("spikes", run.spikes().rows(), rows);
        if (run.records) {
            requireRows("membranes", run.membranes().rows(), rows);
        }
        requireShapes(run);
        long step = state.step(firstWord, endWord);
        for (int row = 0; row < rows; row += batch) {
            step(run, row, step, state);
            state.advance(firstWord, endWord, 1);
            step++;
        }
    }

    /** Throws where a column does not fit that no kernel checks. */
    default void requireShapes(StepRun run) {}

    private static void requireRows(String name, int available, int rows) {
        if (available < rows) {
            throw new IllegalArgumentException(name + " has " + available + " rows, expected at least " + rows);
        }
    }
}

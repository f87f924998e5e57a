package dev.spikelane.neuron;

import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.List;

/**
 * Neurons that run one step at a time. Most depend on what all of them did at the step before, so that rows are done whole; those that do not
 * say that they are not {@linkplain #coupled coupled}.
 */
interface StepwiseGroup extends NeuronGroup {

    /** Names of the state variables, the membrane first. */
    List<String> names();

    /**
     * Runs the step whose rows begin at {@code row}; what a run checks is checked.
     *
     * @param run what is read and written
     * @param step its number since the last reset, from 0
     */
    void step(StepRun run, int row, long step, NeuronState state);

    @Override
    default boolean coupled() {
        return true;
    }

    @Override
    default void run(FloatMatrix current, int rows, NeuronState state, SpikeMatrix spikes, int firstWord, int endWord) {
        PortCurrents.require(this, false);
        steps(begin(current, state, spikes, firstWord, endWord), rows, state);
    }

    @Override
    default void record(
            FloatMatrix current,
            int rows,
            NeuronState state,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            int firstWord,
            int endWord) {
        PortCurrents.require(this, false);
        requireRows("membranes", membranes.rows(), rows);
        steps(begin(current, state, spikes, firstWord, endWord).record(membranes), rows, state);
    }

    @Override
    default void run(
            PortCurrents currents, int rows, NeuronState state, SpikeMatrix spikes, int firstWord, int endWord) {
        PortCurrents.require(this, true);
        requireRows("feedback", currents.feedback().rows(), rows);
        StepRun run = begin(currents.current(), state, spikes, firstWord, endWord);
        steps(run.feedback(currents.feedback()), rows, state);
    }

    @Override
    default void record(
            PortCurrents currents,
            int rows,
            NeuronState state,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            int firstWord,
            int endWord) {
        PortCurrents.require(this, true);
        requireRows("feedback", currents.feedback().rows(), rows);
        requireRows("membranes", membranes.rows(), rows);
        StepRun run = begin(currents.current(), state, spikes, firstWord, endWord);
        steps(run.feedback(currents.feedback()).record(membranes), rows, state);
    }

    private StepRun begin(FloatMatrix current, NeuronState state, SpikeMatrix spikes, int firstWord, int endWord) {
        state.require(names());
        return runOf(state, current, spikes, firstWord, endWord);
    }

    /** The object of the state that holds what these words read and write. */
    default StepRun runOf(NeuronState state, FloatMatrix current, SpikeMatrix spikes, int firstWord, int endWord) {
        return state.run(current, spikes, firstWord, endWord);
    }

    /** Checks before the first step, so that a run is done in whole or not at all. */
    private void steps(StepRun run, int rows, NeuronState state) {
        try {
            int batch = state.membrane().rows();
            int firstWord = run.firstWord();
            int endWord = run.endWord();
            if (rows < 1 || rows % batch != 0) {
                throw new IllegalArgumentException(rows + " rows are not a whole number of steps of batch " + batch);
            }
            if (coupled() && (firstWord != 0 || endWord != run.spikes().stride())) {
                throw new IllegalArgumentException(
                        "neurons with recurrence are updated whole rows at a time, asked for words [" + firstWord + ", "
                                + endWord + ") of [0, " + run.spikes().stride() + ")");
            }
            requireRows("current", run.current().rows(), rows);
            requireRows("spikes", run.spikes().rows(), rows);
            requireShapes(run);
            long step = state.step(firstWord, endWord);
            for (int row = 0; row < rows; row += batch) {
                step(run, row, step, state);
                advance(state, firstWord, endWord);
                step++;
            }
        } finally {
            run.release();
        }
    }

    /** Throws where a column does not fit that no kernel checks. */
    default void requireShapes(StepRun run) {}

    /** Counts a step. */
    default void advance(NeuronState state, int firstWord, int endWord) {
        state.advance(firstWord, endWord, 1);
    }

    private static void requireRows(String name, int available, int rows) {
        if (available < rows) {
            throw new IllegalArgumentException(name + " has " + available + " rows, expected at least " + rows);
        }
    }
}

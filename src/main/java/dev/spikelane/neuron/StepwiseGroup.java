package dev.spikelane.neuron;

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
     * @param feedback what enters the port {@code feedback}, row for row; {@code current} itself where there is no such port
     * @param step its number since the last reset, from 0
     * @param variables {@code [variables * batch x neurons]}, updated
     * @param membranes receives the membranes of these rows if {@code record}
     */
    void step(
            FloatMatrix current,
            FloatMatrix feedback,
            int row,
            long step,
            NeuronState state,
            FloatMatrix variables,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            boolean record,
            int firstWord,
            int endWord);

    @Override
    default boolean coupled() {
        return true;
    }

    @Override
    default void run(FloatMatrix current, int rows, NeuronState state, SpikeMatrix spikes, int firstWord, int endWord) {
        PortCurrents.require(this, false);
        steps(current, current, rows, state, spikes, state.membrane(), false, firstWord, endWord);
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
        steps(current, current, rows, state, spikes, membranes, true, firstWord, endWord);
    }

    @Override
    default void run(
            PortCurrents currents, int rows, NeuronState state, SpikeMatrix spikes, int firstWord, int endWord) {
        PortCurrents.require(this, true);
        steps(
                currents.current(),
                currents.feedback(),
                rows,
                state,
                spikes,
                state.membrane(),
                false,
                firstWord,
                endWord);
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
        steps(currents.current(), currents.feedback(), rows, state, spikes, membranes, true, firstWord, endWord);
    }

    /** Checks before the first step, so that a run is done in whole or not at all. */
    private void steps(
            FloatMatrix current,
            FloatMatrix feedback,
            int rows,
            NeuronState state,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            boolean record,
            int firstWord,
            int endWord) {
        FloatMatrix variables = state.require(names());
        int batch = state.membrane().rows();
        if (rows < 1 || rows % batch != 0) {
            throw new IllegalArgumentException(rows + " rows are not a whole number of steps of batch " + batch);
        }
        if (coupled() && (firstWord != 0 || endWord != spikes.stride())) {
            throw new IllegalArgumentException(
                    "neurons with recurrence are updated whole rows at a time, asked for words [" + firstWord + ", "
                            + endWord + ") of [0, " + spikes.stride() + ")");
        }
        requireRows("current", current.rows(), rows);
        requireRows("feedback", feedback.rows(), rows);
        requireRows("spikes", spikes.rows(), rows);
        if (record) {
            requireRows("membranes", membranes.rows(), rows);
        }
        requireShapes(current, spikes, membranes);
        long step = state.step(firstWord, endWord);
        for (int row = 0; row < rows; row += batch) {
            step(current, feedback, row, step, state, variables, spikes, membranes, record, firstWord, endWord);
            advance(state, firstWord, endWord);
            step++;
        }
    }

    /** Throws where a column does not fit that no kernel checks. */
    default void requireShapes(FloatMatrix current, SpikeMatrix spikes, FloatMatrix membranes) {}

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

package dev.spikelane.neuron;

import dev.spikelane.memory.SpikeMatrix;

/** What groups check before their first step, so that a run is done in whole or not at all. */
final class GroupChecks {

    private GroupChecks() {}

    /** Neurons that depend on each other: whole steps and all words. */
    static void wholeRows(int rows, int batch, SpikeMatrix spikes, int firstWord, int endWord) {
        if (rows < 1 || rows % batch != 0) {
            throw new IllegalArgumentException(rows + " rows are not a whole number of steps of batch " + batch);
        }
        if (firstWord != 0 || endWord != spikes.stride()) {
            throw new IllegalArgumentException(
                    "neurons with recurrence are updated whole rows at a time, asked for words [" + firstWord + ", "
                            + endWord + ") of [0, " + spikes.stride() + ")");
        }
    }
}

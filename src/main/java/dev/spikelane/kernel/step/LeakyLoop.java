package dev.spikelane.kernel.step;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;

/** A loop over rows of neurons, made for one {@link LeakyOptions}. */
interface LeakyLoop {

    /** Bytes of the membranes of the neurons whose spikes fill a word. */
    long WORD_BYTES = Long.SIZE * Float.BYTES;

    /**
     * Runs rows.
     *
     * @param firstCurrent the neuron whose currents stand in column 0
     * @param state {@code [variables * batch x neurons]}
     * @param feedback laid out as {@code current}; read if the options want currents
     * @param previous {@code [batch x neurons]}, the spikes of the step before; read and written if the options want own spikes
     * @param membranes receives the membrane of each row if {@code record}
     * @param winner the only neuron that may fire under inhibition
     */
    void run(
            LeakyParameters parameters,
            FloatMatrix current,
            int firstCurrent,
            int firstRow,
            int endRow,
            FloatMatrix state,
            FloatMatrix feedback,
            SpikeMatrix previous,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            boolean record,
            int firstWord,
            int endWord,
            int winner);

    /** Copies the membranes of a sample, in some words, to a row. */
    static void keep(FloatMatrix state, int sample, FloatMatrix membranes, int row, int firstWord, int endWord) {
        long first = firstWord * WORD_BYTES;
        MemorySegment.copy(
                state.segment(),
                state.rowOffset(sample) + first,
                membranes.segment(),
                membranes.rowOffset(row) + first,
                (endWord - firstWord) * WORD_BYTES);
    }
}

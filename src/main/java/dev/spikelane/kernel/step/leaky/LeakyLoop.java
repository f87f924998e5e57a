package dev.spikelane.kernel.step.leaky;

import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;

/** A loop over rows of neurons, made for one {@link LeakyOptions}. */
public interface LeakyLoop {

    /** Bytes of the membranes of the neurons whose spikes fill a word. */
    long WORD_BYTES = Long.SIZE * Float.BYTES;

    /**
     * Runs rows.
     *
     * @param run feedback is read if the options want currents, previous spikes are read and written if they want own
     *     spikes, and membranes are kept if they fire neurons
     * @param winner the only neuron that may fire under inhibition
     */
    void run(LeakyParameters parameters, StepRun run, int firstRow, int endRow, int winner);

    /** Copies the membranes of a sample, in the run's words, to a row. */
    static void keep(StepRun run, int sample, int row) {
        FloatMatrix state = run.state;
        FloatMatrix membranes = run.membranes;
        long first = run.firstWord * WORD_BYTES;
        MemorySegment.copy(
                state.segment(),
                state.rowOffset(sample) + first,
                membranes.segment(),
                membranes.rowOffset(row) + first,
                (run.endWord - run.firstWord) * WORD_BYTES);
    }
}

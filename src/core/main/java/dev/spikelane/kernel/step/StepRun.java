package dev.spikelane.kernel.step;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import org.jspecify.annotations.Nullable;

/**
 * What steps of neurons read and write: matrices, and the words of 64 neurons of which a thread has the turn. An object
 * is made once and set anew for each run, so that runs allocate nothing; it serves one thread at a time. Matrices are
 * {@code [rows x neurons]}, time-major, unless said otherwise.
 */
public final class StepRun {

    /** Where the currents stand; not to be used once the run has begun. */
    public Tile tile;
    /** Its matrix. */
    public FloatMatrix current;
    /** The neuron whose currents stand in column 0. */
    public int firstCurrent;
    /** {@code [variables * batch x neurons]}. */
    public FloatMatrix state;
    /** Laid out as the current. */
    public FloatMatrix feedback;
    /** The row whose feedback stands in row 0. */
    public int firstFed;
    /** What enters all ports, for neurons that may have more than two; null if nobody said. */
    public @Nullable PortCurrents ports;
    /** {@code [batch x neurons]}, the spikes of the step before. */
    public SpikeMatrix previous;

    public SpikeMatrix spikes;
    public FloatMatrix membranes;
    public boolean records;
    public int firstWord;
    public int endWord;
    /** What stands for the currents between runs. */
    private final Tile released;

    private @Nullable StepFrames frames;

    /**
     * Makes a run of all neurons.
     *
     * @param current see {@link #set}
     * @param state see {@link #set}
     * @param spikes see {@link #set}
     */
    public StepRun(FloatMatrix current, FloatMatrix state, SpikeMatrix spikes) {
        this.released = Tile.whole(state);
        this.tile = Tile.whole(current);
        this.current = current;
        this.state = state;
        this.feedback = state;
        this.previous = spikes;
        this.spikes = spikes;
        this.membranes = state;
        this.endWord = spikes.stride();
    }

    /**
     * Sets the matrices that all neurons have. There is neither feedback nor a recording then.
     *
     * @param newCurrent {@code [rows x currents]}, 0 behind the last neuron; the words of the blocks in use run, and
     *     all words where neurons have several currents each
     * @param newState {@code [variables * batch x neurons]}, updated
     * @param newSpikes {@code [rows x neurons]}, overwritten
     * @return this run
     */
    public StepRun set(Tile newCurrent, FloatMatrix newState, SpikeMatrix newSpikes) {
        boolean oneEach = newCurrent.columns() == newSpikes.columns();
        tile = newCurrent;
        current = newCurrent.matrix();
        firstCurrent = newCurrent.origin();
        state = newState;
        feedback = newState;
        firstFed = 0;
        ports = null;
        previous = newSpikes;
        spikes = newSpikes;
        membranes = newState;
        records = false;
        firstWord = oneEach ? newCurrent.firstBlock() : 0;
        endWord = oneEach ? newCurrent.endBlock() : newSpikes.stride();
        return this;
    }

    /**
     * Sets the currents that are fed back, for neurons with {@link Feedback#CURRENTS}.
     *
     * @param currents of as many columns as the current, row for row
     * @return this run
     */
    public StepRun feedback(FloatMatrix currents) {
        return feedback(currents, 0);
    }

    /**
     * Sets the currents that are fed back from some row on.
     *
     * @param currents of as many columns as the current; those of {@code firstRow} stand in row 0
     * @param firstRow the first row that runs
     * @return this run
     */
    public StepRun feedback(FloatMatrix currents, int firstRow) {
        feedback = currents;
        firstFed = firstRow;
        return this;
    }

    /**
     * Sets the spikes of the step before, for neurons with {@link Feedback#OWN_SPIKES}.
     *
     * @param ofStepBefore {@code [batch x neurons]}, updated
     * @return this run
     */
    public StepRun previous(SpikeMatrix ofStepBefore) {
        previous = ofStepBefore;
        return this;
    }

    /**
     * Keeps the membrane of every step.
     *
     * @param into {@code [rows x neurons]}, receives the membrane after each step; may be the current itself
     * @return this run
     */
    public StepRun record(FloatMatrix into) {
        membranes = into;
        records = true;
        return this;
    }

    /** Forgets all matrices but the state and the spikes, so that they can be freed. */
    public void release() {
        tile = released.on(state);
        current = state;
        feedback = state;
        ports = null;
        membranes = state;
        StepFrames used = frames;
        if (used != null) {
            used.release();
        }
    }

    /** Returns what enters a port. */
    public FloatMatrix entering(int port) {
        PortCurrents all = ports;
        if (port > 0 && all != null && all.count() > 2) {
            return all.port(port).matrix();
        }
        return port == 0 ? current : feedback;
    }

    /** Returns where loops find the rows of this run. */
    public StepFrames frames(NeuronLoops loops) {
        StepFrames made = frames;
        if (made == null || made.loops() != loops) {
            made = new StepFrames(loops);
            frames = made;
        }
        return made;
    }

    /**
     * Returns the currents.
     *
     * @return those that were set
     */
    public FloatMatrix current() {
        return current;
    }

    /**
     * Returns the spikes.
     *
     * @return those that were set
     */
    public SpikeMatrix spikes() {
        return spikes;
    }

    /**
     * Returns where membranes are kept.
     *
     * @return the recording; the state if there is none
     */
    public FloatMatrix membranes() {
        return membranes;
    }

    /**
     * Returns the first word.
     *
     * @return the block of 64 neurons
     */
    public int firstWord() {
        return firstWord;
    }

    /**
     * Returns the word behind the last.
     *
     * @return the block of 64 neurons
     */
    public int endWord() {
        return endWord;
    }
}

package dev.spikelane.kernel.step;

import dev.spikelane.equation.NoiseRows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run of neurons: the matrices that its steps read and write, and its words of 64 neurons. Reused for many runs, so
 * that runs allocate nothing; for one thread at a time. Matrices are {@code [rows x neurons]}, time-major, unless
 * stated otherwise.
 *
 * @param <S> the state of the neurons
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class NeuronRun<S> {

    /** Currents of each port. All have the layout and the blocks of the first. */
    public final Tile[] ports;
    /** The state, updated. */
    public S from;
    /** Rows of whole steps. */
    public int rows;
    /** {@code [variables * batch x neurons]}. */
    public FloatMatrix state;
    /** {@code [batch x neurons]}, spikes of the previous step, for {@link Feedback#OWN_SPIKES}; updated. */
    public SpikeMatrix previous;

    public SpikeMatrix spikes;
    /** Receives the membrane after each step if {@link #records}; may be the current itself. */
    public FloatMatrix membranes;

    public boolean records;
    /** True if all steps have the currents of the first. */
    public boolean held;
    /** True if loops write zeros to the currents of their only step. */
    public boolean clears;
    /** True if the currents of the first port have passed {@link PortSteps#line}. */
    public boolean delayed;

    public int firstWord;
    public int endWord;
    /** Noises of the step, if drawn. */
    public @Nullable NoiseRows noises;
    /** Frames of loops by the first word; they belong to the state. */
    public @Nullable StepFrames[] frames = new StepFrames[1];
    /** Currents of the port {@code feedback} in a separate matrix. */
    private @Nullable Tile fed;
    /** The row whose feedback is in row 0. */
    private int firstFed;

    /**
     * Creates a run of all rows.
     *
     * @param from the state
     * @param state its variables, {@code [variables * batch x neurons]}, updated
     * @param spikes {@code [rows x neurons]}, overwritten
     * @param ports currents of each port, {@code [rows x currents]}, 0 after the last neuron
     */
    public NeuronRun(S from, FloatMatrix state, SpikeMatrix spikes, Tile... ports) {
        this.ports = ports.clone();
        this.from = from;
        this.rows = spikes.rows();
        this.state = state;
        this.previous = spikes;
        this.spikes = spikes;
        this.membranes = state;
        setWords();
    }

    /**
     * Sets the rows.
     *
     * @param count whole steps, time-major ({@code row = step * batch + sample})
     * @param into {@code [at least rows x neurons]}, overwritten
     * @param kept see {@link #record}
     * @return this run
     */
    public NeuronRun<S> go(int count, SpikeMatrix into, @Nullable FloatMatrix kept) {
        rows = count;
        spikes = into;
        return record(kept);
    }

    public NeuronRun<S> from(S other) {
        from = other;
        return this;
    }

    /** Runs the words of the blocks in use; all words if neurons have several currents each. */
    public void setWords() {
        boolean oneEach = ports[0].columns() == spikes.columns();
        firstWord = oneEach ? ports[0].firstBlock() : 0;
        endWord = oneEach ? ports[0].endBlock() : spikes.stride();
    }

    /**
     * Sets the feedback currents.
     *
     * @param currents as many columns as the current, from {@code firstRow} on
     * @param firstRow the first row that runs
     * @return this run
     */
    public NeuronRun<S> feedback(Tile currents, int firstRow) {
        fed = currents;
        firstFed = firstRow;
        return this;
    }

    /**
     * Records the membrane of every step.
     *
     * @param into {@code [rows x neurons]}, receives the membrane after each step; may be the first port's matrix, if
     *     that holds all currents; shares no memory with anything else; null to record nothing
     * @return this run
     */
    public NeuronRun<S> record(@Nullable FloatMatrix into) {
        records = into != null;
        membranes = into == null ? state : into;
        return this;
    }

    public FloatMatrix current() {
        return ports[0].matrix();
    }

    public Tile port(int number) {
        return number == 1 && fed != null ? fed : ports[number];
    }

    /** Returns the row whose currents are in row 0 of a port. */
    public int firstRow(int port) {
        return port == 1 && fed != null ? firstFed : 0;
    }

    /** Returns the frames of these words. */
    public StepFrames frames(NeuronLoops loops) {
        int slot = Math.min(firstWord, frames.length - 1);
        StepFrames made = frames[slot];
        if (made == null || made.loops() != loops) {
            made = new StepFrames(loops);
            frames[slot] = made;
        }
        return made;
    }

    /**
     * Checks the ports and their layout.
     *
     * @param names ports of the neurons
     * @throws IllegalArgumentException if the number of ports or their layout differs
     */
    public void requirePorts(List<String> names) {
        requireCount(ports.length, names);
        for (int i = 1; i < ports.length; i++) {
            ports[i].requireAt(names.get(i), ports[0]);
            if (ports[i].origin() != ports[0].origin()) {
                throw new IllegalArgumentException(names.get(i) + " is " + ports[i] + ", expected to be laid out as "
                        + names.getFirst() + ", " + ports[0]);
            }
        }
    }

    /**
     * Checks the number of ports.
     *
     * @param count ports with currents
     * @param names ports of the neurons
     * @throws IllegalArgumentException if it differs
     */
    public static void requireCount(int count, List<String> names) {
        if (names.size() != count) {
            throw new IllegalArgumentException(
                    "currents are of " + (count == 1 ? "one port" : count + " ports") + ", expected those of " + names);
        }
    }
}

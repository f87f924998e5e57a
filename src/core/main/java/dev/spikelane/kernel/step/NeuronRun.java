package dev.spikelane.kernel.step;

import dev.spikelane.equation.NoiseRows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run of neurons: the matrices that its steps read and write, and the words of 64 neurons that run. An object is made
 * once and set anew for each run, so that runs allocate nothing; it serves one thread at a time. Matrices are
 * {@code [rows x neurons]}, time-major, unless said otherwise.
 *
 * @param <S> the state of such neurons
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class NeuronRun<S> {

    /** The currents of each port. All but the first have the layout and the blocks of the first. */
    public final Tile[] ports;
    /** The state from which the neurons run, updated. */
    public S from;
    /** The rows that run: whole steps. */
    public int rows;
    /** {@code [variables * batch x neurons]}. */
    public FloatMatrix state;
    /** {@code [batch x neurons]}, the spikes of the step before, for {@link Feedback#OWN_SPIKES}; updated. */
    public SpikeMatrix previous;

    public SpikeMatrix spikes;
    /** Receives the membrane after each step if {@link #records}; may be the current itself. */
    public FloatMatrix membranes;

    public boolean records;
    /** True if all steps have the currents of the first. */
    public boolean held;
    /** True if loops leave zeros where they have read the currents of their only step. */
    public boolean clears;
    /** True if the currents of the first port have passed {@link PortSteps#line} already. */
    public boolean delayed;

    public int firstWord;
    public int endWord;
    /** The numbers of the step, if noises are drawn. */
    public @Nullable NoiseRows noises;
    /** The places of rows in loops, by the first word; they stay with the state. */
    public @Nullable StepFrames[] frames = new StepFrames[1];
    /** The currents of the port {@code feedback}, if they stand elsewhere. */
    private @Nullable Tile fed;
    /** The row whose feedback is in row 0. */
    private int firstFed;

    /**
     * Makes a run of all rows.
     *
     * @param from the state from which neurons run
     * @param state its variables, {@code [variables * batch x neurons]}, updated
     * @param spikes {@code [rows x neurons]}, overwritten
     * @param ports the currents of each port, {@code [rows x currents]}, 0 after the last neuron
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
     * Goes to some rows.
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

    /** Goes to another state. */
    public NeuronRun<S> from(S other) {
        from = other;
        return this;
    }

    /** Runs the words of the blocks in use; all words where neurons have several currents each. */
    public void setWords() {
        boolean oneEach = ports[0].columns() == spikes.columns();
        firstWord = oneEach ? ports[0].firstBlock() : 0;
        endWord = oneEach ? ports[0].endBlock() : spikes.stride();
    }

    /**
     * Sets the currents that are fed back from some row on.
     *
     * @param currents of as many columns as the current, from {@code firstRow} on
     * @param firstRow the first row that runs
     * @return this run
     */
    public NeuronRun<S> feedback(Tile currents, int firstRow) {
        fed = currents;
        firstFed = firstRow;
        return this;
    }

    /**
     * Keeps the membrane of every step.
     *
     * @param into {@code [rows x neurons]}, receives the membrane after each step; may be the matrix of the currents of
     *     the first port, if that holds all of them; shares no memory with anything else; null if membranes are not
     *     kept
     * @return this run
     */
    public NeuronRun<S> record(@Nullable FloatMatrix into) {
        records = into != null;
        membranes = into == null ? state : into;
        return this;
    }

    /** Returns the currents of the first port. */
    public FloatMatrix current() {
        return ports[0].matrix();
    }

    /** Returns the currents of a port. */
    public Tile port(int number) {
        return number == 1 && fed != null ? fed : ports[number];
    }

    /** Returns the row whose currents are in row 0 of a port. */
    public int firstRow(int port) {
        return port == 1 && fed != null ? firstFed : 0;
    }

    /** Returns the places of the rows of these words in loops. */
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
     * Throws unless there are the currents of some ports, at the same places.
     *
     * @param names of the ports whose currents the neurons take
     * @throws IllegalArgumentException if there are currents of more or fewer ports, or some are at other places
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
     * Throws unless there are currents of as many ports as neurons take.
     *
     * @param count ports with currents
     * @param names of the ports whose currents the neurons take
     * @throws IllegalArgumentException if there are more or fewer
     */
    public static void requireCount(int count, List<String> names) {
        if (names.size() != count) {
            throw new IllegalArgumentException(
                    "currents are of " + (count == 1 ? "one port" : count + " ports") + ", expected those of " + names);
        }
    }
}

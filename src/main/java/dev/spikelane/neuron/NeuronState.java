package dev.spikelane.neuron;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/**
 * The variables that neurons carry from step to step, each {@code [batch x neurons]}, and how many steps they have done. The first variable is
 * always the membrane.
 *
 * <p>A caller may read and write the variables between runs.
 */
public final class NeuronState {

    private final List<String> names;
    private final FloatMatrix all;
    private final List<FloatMatrix> variables;
    private final boolean recurrent;
    private final SpikeMatrix spikes;
    private final FloatMatrix feedback;
    private final FloatMatrix workspace;
    /** Steps done, for each word of 64 neurons by itself: threads that share a row count those of their words. */
    private final long[] steps;

    private NeuronState(
            List<String> names,
            FloatMatrix all,
            List<FloatMatrix> variables,
            boolean recurrent,
            SpikeMatrix spikes,
            FloatMatrix feedback,
            FloatMatrix workspace) {
        this.names = names;
        this.all = all;
        this.variables = variables;
        this.recurrent = recurrent;
        this.spikes = spikes;
        this.feedback = feedback;
        this.workspace = workspace;
        this.steps = new long[spikes.stride()];
    }

    /** Zeros for each of the names. */
    static NeuronState zeros(Arena arena, int batch, int neurons, List<String> names) {
        return zeros(arena, batch, neurons, names, false, 1, 1);
    }

    /** Zeros for each of the names, room for what recurrent neurons feed back, and rows of neurons for what else steps need. */
    static NeuronState zeros(
            Arena arena,
            int batch,
            int neurons,
            List<String> names,
            boolean recurrent,
            int feedbackColumns,
            int workspaceRows) {
        if (batch < 1) {
            throw new IllegalArgumentException("batch is " + batch + ", expected at least 1");
        }
        FloatMatrix all = FloatMatrix.zeros(arena, rows("variables", names.size(), batch), neurons);
        FloatMatrix[] variables = new FloatMatrix[names.size()];
        for (int i = 0; i < variables.length; i++) {
            variables[i] = all.rows(i * batch, batch);
        }
        return new NeuronState(
                names,
                all,
                List.of(variables),
                recurrent,
                SpikeMatrix.zeros(arena, batch, neurons),
                FloatMatrix.zeros(arena, batch, feedbackColumns),
                FloatMatrix.zeros(arena, workspaceRows, neurons));
    }

    /** Rows of so many things for each sample. */
    static int rows(String things, int count, int batch) {
        long rows = (long) count * batch;
        if (rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("batch is " + batch + ", expected at most " + Integer.MAX_VALUE / count
                    + ", as each sample has " + count + " " + things);
        }
        return (int) rows;
    }

    /**
     * Returns the names of the variables.
     *
     * @return names, the first of which is {@code membrane}
     */
    public List<String> names() {
        return names;
    }

    /**
     * Returns the membrane potentials.
     *
     * @return {@code [batch x neurons]}
     */
    public FloatMatrix membrane() {
        return variables.getFirst();
    }

    /**
     * Returns one variable.
     *
     * @param name one of {@link #names}
     * @return {@code [batch x neurons]}
     * @throws IllegalArgumentException if there is no such variable
     */
    public FloatMatrix variable(String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("no state variable '" + name + "', expected one of " + names);
        }
        return variables.get(index);
    }

    /**
     * Returns the spikes of the step before, which recurrent neurons feed back.
     *
     * @return {@code [batch x neurons]}
     * @throws IllegalStateException if the neurons feed no spikes back
     */
    public SpikeMatrix previousSpikes() {
        if (!recurrent) {
            throw new IllegalStateException("these neurons feed no spikes back");
        }
        return spikes;
    }

    /**
     * Returns how many steps the neurons have done since the last reset.
     *
     * @return steps of the first 64 neurons, which are those of all unless runs were given some words of neurons only
     */
    public long step() {
        return steps[0];
    }

    /** Sets all variables to zero, and begins with step 0 again. */
    public void reset() {
        all.fill(0);
        spikes.clear();
        Arrays.fill(steps, 0);
    }

    /** The number of the step that some words of neurons come to; throws unless it is the same for all of them. */
    long step(int firstWord, int endWord) {
        if (firstWord < 0 || endWord <= firstWord || endWord > steps.length) {
            throw new IllegalArgumentException("word of spikes range is [" + firstWord + ", " + endWord
                    + "), expected a part of [0, " + steps.length + ")");
        }
        for (int word = firstWord + 1; word < endWord; word++) {
            if (steps[word] != steps[firstWord]) {
                throw new IllegalArgumentException("neurons of word " + word + " have done " + steps[word]
                        + " steps, expected " + steps[firstWord] + " as those of word " + firstWord);
            }
        }
        return steps[firstWord];
    }

    /** Counts steps that some words of neurons have done. */
    void advance(int firstWord, int endWord, int count) {
        for (int word = firstWord; word < endWord; word++) {
            steps[word] += count;
        }
    }

    /** All variables one below the other, {@code [variables * batch x neurons]}; throws unless they have these names. */
    FloatMatrix require(List<String> expected) {
        if (!names.equals(expected)) {
            throw new IllegalArgumentException("state has the variables " + names + ", expected " + expected);
        }
        return all;
    }

    /** The spikes of the step before; of no meaning where nothing is fed back. */
    SpikeMatrix spikes() {
        return spikes;
    }

    /** Memory for currents that are fed back. */
    FloatMatrix feedback() {
        return feedback;
    }

    /** What steps need beside the variables, some rows of neurons; a reset leaves it as it is. */
    FloatMatrix workspace() {
        return workspace;
    }
}

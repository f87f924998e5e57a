package dev.spikelane.neuron;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * The variables that neurons carry from step to step, each {@code [batch x neurons]}. The first is always the membrane.
 *
 * <p>A caller may read and write them between runs.
 */
public final class NeuronState {

    private final List<String> names;
    private final FloatMatrix all;
    private final List<FloatMatrix> variables;
    private final boolean recurrent;
    private final SpikeMatrix spikes;
    private final FloatMatrix feedback;
    private final FloatMatrix workspace;

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
    }

    /** Zeros for each of the names. */
    static NeuronState zeros(Arena arena, int batch, int neurons, List<String> names) {
        return zeros(arena, batch, neurons, names, false, 1, 1);
    }

    /** Zeros for each of the names, and room for what recurrent neurons feed back. */
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
        FloatMatrix all = FloatMatrix.zeros(arena, Math.multiplyExact(names.size(), batch), neurons);
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

    /** Sets all variables to zero. */
    public void reset() {
        all.fill(0);
        spikes.clear();
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

    /** Scratch memory of a step, some rows of neurons. */
    FloatMatrix workspace() {
        return workspace;
    }
}

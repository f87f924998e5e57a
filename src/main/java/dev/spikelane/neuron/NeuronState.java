package dev.spikelane.neuron;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * The variables that neurons carry from step to step, each {@code [batch x neurons]}. The first is always the membrane.
 *
 * <p>A caller may read and write them between runs.
 */
public final class NeuronState {

    private final List<String> names;
    private final FloatMatrix[] variables;

    private NeuronState(List<String> names, FloatMatrix[] variables) {
        this.names = names;
        this.variables = variables;
    }

    /** Zeros for each of the names. */
    static NeuronState zeros(Arena arena, int batch, int neurons, String... names) {
        FloatMatrix[] variables = new FloatMatrix[names.length];
        for (int i = 0; i < names.length; i++) {
            variables[i] = FloatMatrix.zeros(arena, batch, neurons);
        }
        return new NeuronState(List.of(names), variables);
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
        return variables[0];
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
        return variables[index];
    }

    /** Sets all variables to zero. */
    public void reset() {
        for (FloatMatrix variable : variables) {
            variable.fill(0);
        }
    }

    /** Throws unless this is the state of a model with these variables. */
    void requireVariables(int count) {
        if (variables.length != count) {
            throw new IllegalArgumentException("state has the variables " + names + ", expected " + count + " of them");
        }
    }
}

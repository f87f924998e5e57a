package dev.spikelane.session;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The inputs of a pool's network, and the rows that a step takes of each. */
final class SessionInputs {

    private final List<Input> inputs;
    private final boolean values;
    /** As messages call them. */
    private final String[] names;

    private final Signal[] given;

    /**
     * Starts with a row of each.
     *
     * @param values whether rows are values, in place of spikes
     */
    SessionInputs(List<Input> inputs, boolean values) {
        this.inputs = inputs;
        this.values = values;
        this.names =
                inputs.stream().map(input -> "input '" + input.name() + "'").toArray(String[]::new);
        this.given = new Signal[inputs.size()];
        for (int i = 0; i < given.length; i++) {
            given[i] = rows(1, i);
        }
    }

    /** The rows of all inputs, those of the present step. */
    Signal[] given() {
        return given;
    }

    private int columns(int input) {
        return inputs.get(input).shape().size();
    }

    /** Makes rows of an input. */
    Signal rows(int count, int input) {
        return values ? FloatMatrix.zeros(count, columns(input)) : SpikeMatrix.zeros(count, columns(input));
    }

    /** Throws unless there is one input, and these are as many rows of it. */
    Signal requireOne(Signal rows, int count) {
        if (given.length != 1) {
            throw new IllegalArgumentException("the network has several inputs, expected a map from their names");
        }
        return require(0, rows, count);
    }

    private Signal require(int input, @Nullable Signal rows, int count) {
        if (rows == null || rows instanceof FloatMatrix != values) {
            String found = rows == null ? "missing" : values ? "spikes" : "values";
            throw new IllegalArgumentException(names[input] + " is " + found + ", expected "
                    + (values ? "values" : "spikes, or SessionPoolBuilder.values()"));
        }
        rows.requireShape(names[input], count, columns(input));
        if (rows instanceof FloatMatrix floats) {
            floats.requireFinite(names[input]);
        }
        return rows;
    }

    /** Takes the rows of a step. */
    void take(Map<String, ? extends Signal> rows, int count) {
        for (int i = 0; i < given.length; i++) {
            given[i] = require(i, rows.get(inputs.get(i).name()), count);
        }
    }
}

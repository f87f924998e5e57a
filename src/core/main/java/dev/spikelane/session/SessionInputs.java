package dev.spikelane.session;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The inputs of a pool's network, and the rows of each input in the present step. */
final class SessionInputs {

    private final List<Input> inputs;
    private final boolean values;
    /** Names for messages. */
    private final String[] names;

    private final Signal[] given;

    /**
     * Creates a row for each input.
     *
     * @param values true for rows of values, false for spikes
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

    /** Returns the present step's rows of all inputs. */
    Signal[] given() {
        return given;
    }

    private int columns(int input) {
        return inputs.get(input).shape().size();
    }

    /** Creates rows for an input. */
    Signal rows(int count, int input) {
        return values ? FloatMatrix.zeros(count, columns(input)) : SpikeMatrix.zeros(count, columns(input));
    }

    /** Throws unless the network has one input, and {@code rows} are {@code count} rows for it. */
    Signal requireOne(Signal rows, int count) {
        if (given.length != 1) {
            throw new IllegalArgumentException("the network has " + given.length + " inputs, expected 1: pass a map"
                    + " from input names to rows");
        }
        return require(0, rows, count);
    }

    private Signal require(int input, @Nullable Signal rows, int count) {
        if (rows == null || rows instanceof FloatMatrix != values) {
            String found = rows == null ? "missing" : values ? "spikes" : "values";
            throw new IllegalArgumentException(names[input] + " is " + found + ", expected "
                    + (values ? "values" : "spikes: call SessionPoolBuilder.values() for inputs of values"));
        }
        rows.requireShape(names[input], count, columns(input));
        if (rows instanceof FloatMatrix floats) {
            floats.requireFinite(names[input]);
        }
        return rows;
    }

    /** Checks and keeps the rows of a step. */
    void take(Map<String, ? extends Signal> rows, int count) {
        for (int i = 0; i < given.length; i++) {
            given[i] = require(i, rows.get(inputs.get(i).name()), count);
        }
    }
}

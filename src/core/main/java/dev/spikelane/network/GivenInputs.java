package dev.spikelane.network;

import dev.spikelane.io.file.FileText;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Checks a caller's inputs before a run. */
final class GivenInputs {

    private final List<Input> inputs;
    private final List<String> names;

    private final int batch;

    GivenInputs(List<Input> inputs, int batch) {
        this.inputs = inputs;
        this.names =
                inputs.stream().map(input -> "input '" + input.name() + "'").toList();
        this.batch = batch;
    }

    static Signal of(Map<String, ? extends Signal> given, Input input) {
        return Objects.requireNonNull(given.get(input.name()));
    }

    /** Checks the rows of the only input. */
    void requireRows(String name, Signal given) {
        Objects.requireNonNull(given, name);
        requireRows(name, only(), given);
    }

    /** Checks rows of equally many steps for each input, and returns their number. */
    int requireRows(Map<String, ? extends Signal> given) {
        Objects.requireNonNull(given, "inputs");
        requireNames(given);
        if (given.isEmpty()) {
            throw new IllegalArgumentException("the network has no inputs, expected a number of steps");
        }
        int rows = of(given, inputs.getFirst()).rows();
        for (int i = 0; i < inputs.size(); i++) {
            Signal of = of(given, inputs.get(i));
            requireRows(names.get(i), inputs.get(i), of);
            of.requireShape(names.get(i), rows, inputs.get(i).shape().size());
        }
        return rows;
    }

    void requireFrame(String name, Signal given) {
        Objects.requireNonNull(given, name);
        requireFrame(name, only(), given);
    }

    void requireFrames(String name, Map<String, ? extends Signal> given) {
        Objects.requireNonNull(given, name);
        requireNames(given);
        for (int i = 0; i < inputs.size(); i++) {
            requireFrame(names.get(i), inputs.get(i), of(given, inputs.get(i)));
        }
    }

    private Input only() {
        if (inputs.size() != 1) {
            throw new IllegalArgumentException("the network has the inputs "
                    + inputs.stream().map(Input::name).toList() + ", expected a map from their names");
        }
        return inputs.getFirst();
    }

    private void requireNames(Map<String, ? extends Signal> given) {
        for (int i = 0; i < inputs.size(); i++) {
            if (given.get(inputs.get(i).name()) == null) {
                throw new IllegalArgumentException(
                        names.get(i) + " is missing, found " + FileText.shown(given.keySet()));
            }
        }
        if (given.size() != inputs.size()) {
            throw new IllegalArgumentException("inputs are " + FileText.shown(given.keySet()) + ", expected "
                    + inputs.stream().map(Input::name).toList());
        }
    }

    private void requireRows(String name, Input input, Signal given) {
        if (given.rows() % batch != 0) {
            throw new IllegalArgumentException(
                    name + " has " + given.rows() + " rows, expected a multiple of the batch, " + batch);
        }
        given.requireShape(name, given.rows(), input.shape().size());
        requireFinite(name, given);
    }

    private void requireFrame(String name, Input input, Signal given) {
        given.requireShape(name, batch, input.shape().size());
        requireFinite(name, given);
    }

    private static void requireFinite(String name, Signal given) {
        if (given instanceof FloatMatrix values) {
            values.requireFinite(name);
        }
    }
}

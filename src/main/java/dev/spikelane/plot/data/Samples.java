package dev.spikelane.plot.data;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Checks of what figures are made from. */
public final class Samples {

    private Samples() {}

    /** The steps of a time-major matrix of a batch. */
    public static int steps(String what, int rows, int batch, int sample) {
        if (batch < 1 || rows % batch != 0) {
            throw new IllegalArgumentException(
                    "batch is " + batch + ", expected at least 1 and a divisor of the " + rows + " rows of " + what);
        }
        if (sample < 0 || sample >= batch) {
            throw new IndexOutOfBoundsException("sample is " + sample + ", expected 0 to " + (batch - 1));
        }
        return rows / batch;
    }

    public static void requireSteps(String what, int steps, int expected) {
        if (steps != expected) {
            throw new IllegalArgumentException(what + " has " + steps + " steps, expected " + expected);
        }
    }

    public static void requireNeurons(String what, int neurons, int expected) {
        if (neurons != expected) {
            throw new IllegalArgumentException(
                    what + " has " + neurons + " neurons, expected " + expected + ", as the membranes");
        }
    }

    public static void requireNeuron(int neuron, int neurons) {
        if (neuron < 0 || neuron >= neurons) {
            throw new IndexOutOfBoundsException("neuron is " + neuron + ", expected 0 to " + (neurons - 1));
        }
    }

    public static void requireFinite(String what, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(what + " is " + value + ", expected a finite number");
        }
    }

    /** Names of neurons that have none. */
    public static List<String> numbers(int neurons) {
        return IntStream.range(0, neurons).mapToObj(Integer::toString).toList();
    }

    public static List<String> labels(String[] labels, int neurons) {
        if (labels.length != neurons) {
            throw new IllegalArgumentException(
                    labels.length + " labels, expected " + neurons + ", one for each neuron");
        }
        return named(labels);
    }

    /** Labels, none of which is null. */
    public static List<String> named(String[] labels) {
        for (int i = 0; i < labels.length; i++) {
            Objects.requireNonNull(labels[i], "label " + i);
        }
        return List.of(labels);
    }
}

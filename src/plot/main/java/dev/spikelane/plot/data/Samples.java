package dev.spikelane.plot.data;

import dev.spikelane.simd.Checks;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

public final class Samples {

    private Samples() {}

    /** Returns the steps of a time-major matrix of a batch. */
    public static int steps(String what, int rows, int batch, int sample) {
        if (batch < 1 || rows % batch != 0) {
            throw new IllegalArgumentException(
                    "batch is " + batch + ", expected at least 1 and a divisor of the " + rows + " rows of " + what);
        }
        Checks.index("sample", sample, batch);
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

    public static List<String> numbers(int neurons) {
        return IntStream.range(0, neurons).mapToObj(Integer::toString).toList();
    }

    public static List<String> labels(String[] labels, int neurons) {
        if (Objects.requireNonNull(labels, "labels").length != neurons) {
            throw new IllegalArgumentException(
                    labels.length + " labels, expected " + neurons + ", one for each neuron");
        }
        return named(labels);
    }

    public static List<String> named(String[] labels) {
        for (int i = 0; i < labels.length; i++) {
            Objects.requireNonNull(labels[i], "label " + i);
        }
        return List.of(labels);
    }
}

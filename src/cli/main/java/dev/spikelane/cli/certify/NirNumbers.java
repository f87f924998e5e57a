package dev.spikelane.cli.certify;

import dev.spikelane.io.NirFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A node of {@link NirReference} that converts its tensors once. */
final class NirNumbers {

    private final NirFile.Graph.Node node;
    private final Map<String, double[]> numbers = new HashMap<>();

    NirNumbers(NirFile.Graph.Node node) {
        this.node = node;
    }

    String type() {
        return node.type();
    }

    boolean has(String name) {
        return node.values().containsKey(name);
    }

    double[] numbers(String name) {
        return numbers.computeIfAbsent(name, node::numbers);
    }

    /** Returns a number for each of a node's rows, broadcast as in NumPy. */
    double[] spread(String name, int size, int... shape) {
        double[] values = numbers(name);
        List<Integer> declared = shape(name);
        boolean fits = declared.size() == shape.length;
        for (int axis = 0; axis < declared.size() && fits; axis++) {
            fits = declared.get(axis) == 1 || declared.get(axis) == shape[axis];
        }
        if (values.length != 1 && values.length != size && !fits) {
            throw new IllegalArgumentException("'" + name + "' has the shape " + declared + ", but there are " + size);
        }
        double[] spread = new double[size];
        for (int i = 0; i < size; i++) {
            int place = 0;
            int step = 1;
            int rest = i;
            for (int axis = declared.size() - 1; axis >= 0 && values.length != size; axis--) {
                place += declared.get(axis) == 1 ? 0 : step * (rest % shape[axis]);
                rest /= values.length == 1 ? 1 : shape[axis];
                step *= declared.get(axis);
            }
            spread[i] = values[values.length == size ? i : place];
        }
        return spread;
    }

    List<Integer> shape(String name) {
        return Objects.requireNonNull(node.values().get(name), name).shape();
    }

    @Nullable
    String text(String name) {
        return node.texts().get(name);
    }

    /** Returns the shape of the parameter with the most dimensions. */
    List<Integer> largestShape() {
        List<Integer> largest = List.of();
        for (String name : node.values().keySet()) {
            largest = shape(name).size() > largest.size() ? shape(name) : largest;
        }
        return largest;
    }
}

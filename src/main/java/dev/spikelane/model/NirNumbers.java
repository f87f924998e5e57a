package dev.spikelane.model;

import dev.spikelane.io.NirGraph;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A node of {@link NirReference} whose numbers are taken from its tensors once. */
final class NirNumbers {

    private final NirGraph.Node node;
    private final Map<String, double[]> numbers = new HashMap<>();

    NirNumbers(NirGraph.Node node) {
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

    List<Integer> shape(String name) {
        return Objects.requireNonNull(node.values().get(name), name).shape();
    }

    @Nullable
    String text(String name) {
        return node.texts().get(name);
    }

    /** The shape of the parameter with the most dimensions. */
    List<Integer> largestShape() {
        List<Integer> largest = List.of();
        for (String name : node.values().keySet()) {
            largest = shape(name).size() > largest.size() ? shape(name) : largest;
        }
        return largest;
    }
}

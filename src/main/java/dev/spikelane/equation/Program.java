package dev.spikelane.equation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a loop over neurons reads, computes and stores: of one step or of some. It reads the rows that the leaves of its
 * nodes name, and stores rows; a {@link Frame} says where they are. All is read before anything is stored.
 */
public final class Program {

    /**
     * A row that is stored.
     *
     * @param op {@link Op#STATE} for the row of a sample, {@link Op#STEP} for that of a step
     * @param name the row's
     * @param shift steps behind the first
     * @param value a number, stored as float32; or a condition, stored as a bit
     */
    public record Store(Op op, String name, int shift, Node value) {}

    private final String name;
    private final int steps;
    private final List<Store> stores = new ArrayList<>();
    private @Nullable List<Program> parts;

    /** Makes a program of so many steps, which stores nothing yet. */
    Program(String name, int steps) {
        this.name = name;
        this.steps = steps;
    }

    void store(Op op, String row, int shift, Node value) {
        parts = null;
        stores.add(new Store(op, row, shift, value));
    }

    /** The neuron's name. */
    public String name() {
        return name;
    }

    /** How many steps are done at once. */
    public int steps() {
        return steps;
    }

    /** What is stored, in order. */
    public List<Store> stores() {
        return stores;
    }

    /** All nodes, in the order of computation. */
    public List<Node> order() {
        return Graph.order(stores.stream().map(Store::value).toList());
    }

    /** How many operations there are. */
    public int operations() {
        return (int) order().stream().filter(node -> !node.op().isLeaf()).count();
    }

    /** The names of all rows, in an order that {@link Frame} shares. */
    public List<String> rows() {
        Set<String> names = new LinkedHashSet<>();
        order().stream()
                .filter(node -> node.op().isLeaf() && node.op() != Op.CONSTANT)
                .forEach(node -> names.add(node.name()));
        stores.forEach(store -> names.add(store.name()));
        for (Program part : parts()) {
            part.stores.forEach(store -> names.add(store.name()));
        }
        return List.copyOf(names);
    }

    /** What loops run one behind the other, over the same tile of neurons. */
    List<Program> parts() {
        List<Program> known = parts;
        if (known == null) {
            known = Parts.of(this);
            parts = known;
        }
        return known;
    }

    /** A text that equal programs with equal shared parameters have, and no others. */
    String signature(Set<String> shared) {
        StringBuilder text = new StringBuilder();
        Map<Node, Integer> places = new HashMap<>();
        for (Node node : order()) {
            places.put(node, places.size());
            text.append(node.op()).append(' ').append(Double.doubleToRawLongBits(node.value()));
            text.append(' ')
                    .append(node.name())
                    .append(shared.contains(node.name()) ? "!" : "@")
                    .append(node.shift());
            node.of().forEach(each -> text.append(' ').append(places.get(each)));
            text.append('\n');
        }
        for (Store store : stores) {
            text.append(store.op).append(' ').append(store.name).append('@').append(store.shift);
            text.append(' ').append(places.get(store.value)).append('\n');
        }
        return text.toString();
    }

    /** Whether a row has bits, not numbers. */
    public boolean isBits(String row) {
        return stores.stream()
                .anyMatch(
                        store -> store.name().equals(row) && store.value().op().isCondition());
    }

    /**
     * Makes nodes anew in another graph, which may simplify them.
     *
     * @param order nodes, each behind those that it takes
     * @param instead what stands for a node, null for itself
     * @return by the given nodes
     */
    static Map<Node, Node> copy(Collection<Node> order, Graph graph, Function<Node, @Nullable Node> instead) {
        Map<Node, Node> made = new HashMap<>();
order.forEach(node -> made.put(node, copy(node, graph, instead, made)));
        return made;
    }

    /** Makes a node anew, behind those that it takes. */
    static Node copy(
            Node node, Graph graph, Function<Node, @Nullable Node> instead, Map<Node, Node> made) {
        Node other = instead.apply(node);
        if (other != null) {
            return other;
        }
        return node.op().isLeaf()
                ? graph.make(node.op(), node.value(), node.name(), node.shift(), List.of())
                : graph.of(node.op(), node.of().stream().map(made::get).toArray(Node[]::new));
    }
}

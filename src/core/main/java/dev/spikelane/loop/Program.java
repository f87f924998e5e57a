package dev.spikelane.loop;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private boolean listed;
    private final List<Store> stores = new ArrayList<>();
    private @Nullable List<Program> parts;

    /**
     * Makes a program of so many steps, which stores nothing yet. One of none has few and long rows: C2 inlines no
     * calls in front of a row that comes so rarely, so that slices would be objects.
     */
    public Program(String name, int steps) {
        this.name = name;
        this.steps = steps;
    }

    public void store(Op op, String row, int shift, Node value) {
        parts = null;
        stores.add(new Store(op, row, shift, value));
    }

    /** Lets rows of steps be those that {@link Frame#list} names, one behind the other. */
    public Program listed() {
        listed = true;
        return this;
    }

    /** Whether a list names the rows of steps. */
    boolean isListed() {
        return listed;
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
        List<Node> roots = new ArrayList<>();
        for (Store store : stores) {
            roots.add(store.value);
        }
        return Graph.order(roots);
    }

    /** How many operations there are. */
    public int operations() {
        int operations = 0;
        for (Node node : order()) {
            operations += node.op().isLeaf() ? 0 : 1;
        }
        return operations;
    }

    /** The names of all rows, in an order that {@link Frame} shares. */
    public List<String> rows() {
        Set<String> names = ownRows();
        for (Program part : parts()) {
            part.addStored(names);
        }
        return List.copyOf(names);
    }

    /** The names of the rows that it reads and stores itself, without those that go from part to part. */
    Set<String> ownRows() {
        Set<String> names = new LinkedHashSet<>();
        for (Node node : order()) {
            if (node.isRow()) {
                names.add(node.name());
            }
        }
        addStored(names);
        return names;
    }

    private void addStored(Set<String> names) {
        for (Store store : stores) {
            names.add(store.name);
        }
    }

    /** How many rows go from part to part. */
    int cuts() {
        int cuts = 0;
        for (Program part : parts().subList(0, parts().size() - 1)) {
            cuts += part.stores.size();
        }
        return cuts;
    }

    /** What loops run one behind the other, over the same tile of neurons. */
    public List<Program> parts() {
        List<Program> known = parts;
        if (known == null) {
            known = ProgramSplitter.of(this);
            parts = known;
        }
        return known;
    }

    /** A text that equal programs with equal shared parameters have, and no others. */
    public String signature(Set<String> shared) {
        StringBuilder text = new StringBuilder(listed ? "listed " : "");
        Map<Node, Integer> places = new HashMap<>();
        for (Node node : order()) {
            places.put(node, places.size());
            text.append(node.op()).append(' ').append(Double.doubleToRawLongBits(node.value()));
            text.append(' ')
                    .append(node.name())
                    .append(shared.contains(node.name()) ? "!" : "@")
                    .append(node.shift());
            for (Node each : node.of()) {
                text.append(' ').append(places.get(each));
            }
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
        for (Store store : stores) {
            if (store.name.equals(row)) {
                return store.value.op().isCondition();
            }
        }
        return order().stream()
                .anyMatch(node -> node.op() == Op.FLAG && node.name().equals(row));
    }

    /**
     * Makes nodes anew in another graph, which may simplify them.
     *
     * @param order nodes, each behind those that it takes
     * @param made what stands for nodes already; gets the others
     */
    public static void copy(Collection<Node> order, Graph graph, Map<Node, Node> made) {
        for (Node node : order) {
            if (!made.containsKey(node)) {
                made.put(node, copy(node, graph, made));
            }
        }
    }

    /** Makes a node anew, behind those that it takes. */
    public static Node copy(Node node, Graph graph, Map<Node, Node> made) {
        if (node.op().isLeaf()) {
            return graph.make(node.op(), node.value(), node.name(), node.shift(), List.of());
        }
        Node[] of = new Node[node.of().size()];
        for (int i = 0; i < of.length; i++) {
            of[i] = Graph.of(made, node.of(i));
        }
        return graph.of(node.op(), of);
    }
}

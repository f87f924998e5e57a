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
 * The computation of a loop over neurons for one or more steps: it reads the rows that the leaves of its nodes name,
 * all of them before it stores any; a {@link Frame} has their addresses.
 * <pre>{@code
 * for each step, sample and neuron:
 *   value of each node of order() from its arguments, or from a row
 *   row of each store = value of its node
 * }</pre>
 */
public final class Program {

    /**
     * A row to store.
     *
     * @param op {@link Op#STATE} for a row of a sample, {@link Op#STEP} for a row of a step
     * @param shift steps after the first
     * @param value a number, stored as float32; or a condition, stored as a bit
     */
    public record Store(Op op, String name, int shift, Node value) {}

    private final String name;
    private final int steps;
    private boolean listed;
    private final List<Store> stores = new ArrayList<>();
    private @Nullable List<Program> parts;

    /**
     * Creates a program of a number of steps, without stores. A program of 0 steps is for few, long rows, and takes no
     * slices: C2 does not inline calls before a loop that is entered so rarely, and slices would be allocated.
     */
    public Program(String name, int steps) {
        this.name = name;
        this.steps = steps;
    }

    public void store(Op op, String row, int shift, Node value) {
        parts = null;
        stores.add(new Store(op, row, shift, value));
    }

    /** Makes the program read the rows of its steps from {@link Frame#list}. */
    public Program listed() {
        listed = true;
        return this;
    }

    boolean isListed() {
        return listed;
    }

    public String name() {
        return name;
    }

    public int steps() {
        return steps;
    }

    public List<Store> stores() {
        return stores;
    }

    public List<Node> order() {
        List<Node> roots = new ArrayList<>();
        for (Store store : stores) {
            roots.add(store.value);
        }
        return Graph.order(roots);
    }

    public int operations() {
        int operations = 0;
        for (Node node : order()) {
            operations += node.op().isLeaf() ? 0 : 1;
        }
        return operations;
    }

    /** Returns the names of all rows, in the order that {@link Frame} uses. */
    public List<String> rows() {
        Set<String> names = ownRows();
        for (Program part : parts()) {
            part.addStored(names);
        }
        return List.copyOf(names);
    }

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

    int cuts() {
        int cuts = 0;
        for (Program part : parts().subList(0, parts().size() - 1)) {
            cuts += part.stores.size();
        }
        return cuts;
    }

    /** Returns the parts that run one after the other on the same tile of neurons. */
    public List<Program> parts() {
        List<Program> known = parts;
        if (known == null) {
            known = ProgramSplitter.of(this);
            parts = known;
        }
        return known;
    }

    /** Returns a text that is equal only for equal programs and shared parameters. */
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
     * Copies nodes to another graph, which may simplify them.
     *
     * @param order nodes, each after its arguments
     * @param made the copies by node; nodes with an entry are not copied, and new copies are added
     */
    public static void copy(Collection<Node> order, Graph graph, Map<Node, Node> made) {
        for (Node node : order) {
            if (!made.containsKey(node)) {
                made.put(node, copy(node, graph, made));
            }
        }
    }

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

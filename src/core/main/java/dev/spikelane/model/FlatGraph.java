package dev.spikelane.model;

import dev.spikelane.io.NirFile;
import dev.spikelane.io.Tensor;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A NIR graph without inner graphs, whose inputs and outputs pass values on. Nodes have paths such as {@code rnn/lif}
 * and are ordered after their sources in the same step.
 */
final class FlatGraph {

    private static final int MOST_NODES = 100_000;

    final NirFile.Graph declared;
    final Map<String, FlatNode> nodes = new LinkedHashMap<>();
    final List<FlatNode> order = new ArrayList<>();
    final List<String> warnings = new ArrayList<>();

    private FlatGraph(NirFile.Graph declared) {
        this.declared = declared;
    }

    static final class FlatNode {
        final String name;
        final NirPrimitive primitive;
        final NirFile.Graph.Node declared;
        /** True for an input or output of an inner graph. */
        final boolean passes;

        final Set<FlatNode> sources = new LinkedHashSet<>();
        final Set<FlatNode> targets = new LinkedHashSet<>();
        int component = -1;

        @Nullable
        Shape input;

        @Nullable
        Shape output;

        FlatNode(String name, NirPrimitive primitive, NirFile.Graph.Node declared, boolean passes) {
            this.name = name;
            this.primitive = primitive;
            this.declared = declared;
            this.passes = passes;
        }

        /** Returns true if the edge to the target is part of a cycle and therefore one step late. */
        boolean isLate(FlatNode target) {
            return primitive.remembers() && component == target.component;
        }

        Shape input() throws IOException {
            if (input == null) {
                throw new IOException(this + " gets rows of a shape that nothing tells");
            }
            return input;
        }

        @Nullable
        Tensor value(String parameter) {
            return declared.values().get(parameter);
        }

        Tensor required(String parameter) throws IOException {
            Tensor found = value(parameter);
            if (found == null) {
                throw new IOException(this + " has no '" + parameter + "', expected " + primitive.required());
            }
            return found;
        }

        @Override
        public String toString() {
            return "node '" + name + "', " + primitive + ",";
        }
    }

    static FlatGraph of(NirFile.Graph graph) throws IOException {
        FlatGraph flat = new FlatGraph(graph);
        flat.add("", graph);
        for (FlatNode node : flat.nodes.values()) {
            boolean begins = node.primitive == NirPrimitive.INPUT && !node.passes;
            if (node.sources.isEmpty() != begins) {
                throw new IOException(node
                        + (begins
                                ? " gets what other nodes send, expected no edge that enters an outer input"
                                : " gets nothing, expected an edge that enters it"));
            }
        }
        flat.findComponents();
        flat.sort();
        return flat;
    }

    private void add(String prefix, NirFile.Graph graph) throws IOException {
        for (Map.Entry<String, NirFile.Graph.Node> each : graph.nodes().entrySet()) {
            String name = prefix + each.getKey();
            NirFile.Graph.Node declared = each.getValue();
            if (declared.type().equals("NIRGraph")) {
                add(name + "/", declared.graph());
                continue;
            }
            NirPrimitive primitive = NirPrimitive.named(declared.type());
            if (primitive == null || nodes.size() == MOST_NODES) {
                throw new IOException("node '" + name + "' has the type '" + declared.type() + "', expected one of "
                        + Arrays.toString(NirPrimitive.values()) + ", and at most " + MOST_NODES + " nodes");
            }
            boolean ends = primitive == NirPrimitive.INPUT || primitive == NirPrimitive.OUTPUT;
            FlatNode node = new FlatNode(name, primitive, declared, ends && !prefix.isEmpty());
            nodes.put(name, node);
            requireParameters(node);
        }
        for (NirFile.Graph.Edge edge : graph.edges()) {
            FlatNode source = end(prefix, graph, edge.source(), NirPrimitive.OUTPUT);
            FlatNode target = end(prefix, graph, edge.target(), NirPrimitive.INPUT);
            source.targets.add(target);
            target.sources.add(source);
        }
    }

    private void requireParameters(FlatNode node) throws IOException {
        for (String parameter : node.primitive.required()) {
            node.required(parameter);
        }
        Set<String> others = new LinkedHashSet<>(node.declared.values().keySet());
        others.addAll(node.declared.texts().keySet());
        node.primitive.required().forEach(others::remove);
        node.primitive.optional().forEach(others::remove);
        if (!others.isEmpty()) {
            warnings.add(node + " has " + others + ", which no such primitive has and nothing here reads");
        }
    }

    /** Returns the node at the end of an edge; for an inner graph, its only input or output. */
    private FlatNode end(String prefix, NirFile.Graph graph, String name, NirPrimitive inside) throws IOException {
        FlatNode node = nodes.get(prefix + name);
        if (node != null) {
            return node;
        }
        FlatNode found = null;
        NirFile.Graph below = graph.nodes().get(name) == null
                ? graph
                : graph.nodes().get(name).graph();
        for (Map.Entry<String, NirFile.Graph.Node> each : below.nodes().entrySet()) {
            if (each.getValue().type().equals(inside.toString())) {
                if (found != null) {
                    throw new IOException("graph '" + prefix + name + "' has several nodes of the type " + inside
                            + ", expected one that its edges mean");
                }
                found = nodes.get(prefix + name + "/" + each.getKey());
            }
        }
        if (found == null) {
            throw new IOException("graph '" + prefix + name + "' has no node of the type " + inside);
        }
        return found;
    }

    /** Numbers the strongly connected components (Kosaraju's algorithm). */
    private void findComponents() {
        List<FlatNode> finished = new ArrayList<>();
        Set<FlatNode> seen = new LinkedHashSet<>();
        for (FlatNode start : nodes.values()) {
            visit(start, false, seen, finished);
        }
        seen.clear();
        int component = 0;
        for (FlatNode start : finished.reversed()) {
            List<FlatNode> reached = new ArrayList<>();
            visit(start, true, seen, reached);
            for (FlatNode each : reached) {
                each.component = component;
            }
            component++;
        }
        // A single node is a cycle only if it has an edge to itself.
        for (FlatNode node : nodes.values()) {
            boolean alone = !node.targets.contains(node);
            for (FlatNode target : node.targets) {
                alone &= target == node || target.component != node.component;
            }
            node.component = alone ? -2 - node.component : node.component;
        }
    }

    /** Visits depth first, and adds each node after all nodes reachable from it. */
    private static void visit(FlatNode start, boolean backwards, Set<FlatNode> seen, List<FlatNode> finished) {
        record Visit(FlatNode node, Deque<FlatNode> next) {}
        Deque<Visit> stack = new ArrayDeque<>();
        if (seen.add(start)) {
            stack.push(new Visit(start, new ArrayDeque<>(backwards ? start.sources : start.targets)));
        }
        while (!stack.isEmpty()) {
            FlatNode next = stack.element().next.poll();
            if (next == null) {
                finished.add(stack.pop().node);
            } else if (seen.add(next)) {
                stack.push(new Visit(next, new ArrayDeque<>(backwards ? next.sources : next.targets)));
            }
        }
    }

    private void sort() throws IOException {
        Map<FlatNode, Integer> waiting = new LinkedHashMap<>();
        Deque<FlatNode> ready = new ArrayDeque<>();
        for (FlatNode node : nodes.values()) {
            int count = (int)
                    node.sources.stream().filter(source -> !source.isLate(node)).count();
            waiting.put(node, count);
            if (count == 0) {
                ready.add(node);
            }
        }
        while (!ready.isEmpty()) {
            FlatNode node = ready.poll();
            order.add(node);
            for (FlatNode target : node.targets) {
                if (!node.isLate(target) && waiting.merge(target, -1, Integer::sum) == 0) {
                    ready.add(target);
                }
            }
        }
        if (order.size() < nodes.size()) {
            FlatNode left = nodes.values().stream()
                    .filter(node -> !order.contains(node))
                    .findFirst()
                    .orElseThrow();
            throw new IOException(left + " is in or behind a cycle without neurons, expected one that delays it");
        }
    }
}

package dev.spikelane.model;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.FlatGraph.FlatNode;
import dev.spikelane.model.NirPrimitive.Role;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Builds a network from a graph. Neurons become populations, and chains of other nodes become paths of projections. If
 * a chain splits, or several meet before a node, a relay adds them: neurons whose membrane is their current.
 */
final class NirAssembly {

    /** The output of a node: a source after a delay and a path. */
    private record Chain(Projection.Source source, int delay, List<Connection> path, List<String> names) {

        static Chain of(Projection.Source source) {
            return new Chain(source, 0, List.of(), List.of());
        }

        Chain later(int steps) {
            return new Chain(source, delay + steps, path, names);
        }

        Chain through(Connection connection, String name) {
            List<Connection> longer = new ArrayList<>(path);
            longer.add(connection);
            List<String> longerNames = new ArrayList<>(names);
            longerNames.add(name);
            return new Chain(source, delay, longer, longerNames);
        }
    }

    /** Limits the length of a path, because the names of its values contain all its nodes. */
    private static final int MOST_LINKS = 32;

    /** Limits the numbers in delay lines. */
    private static final long MOST_DELAYED = 1L << 27;

    private final NirImport options;
    private final FlatGraph graph;
    private final boolean everyNode;
    private final NirNodes nodes;
    private final NetworkBuilder builder = Network.builder();
    private final Map<FlatNode, List<Chain>> sent = new HashMap<>();
    private final Map<FlatNode, Population> neurons = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Map<String, Projection.Source> outputs = new LinkedHashMap<>();
    private final Map<String, Projection.Source> places = new LinkedHashMap<>();

    NirAssembly(NirImport options, FlatGraph graph, boolean everyNode) {
        this.options = options;
        this.graph = graph;
        this.everyNode = everyNode;
        this.nodes = new NirNodes(options, graph.warnings);
    }

    NirModel model() throws IOException {
        findShapes();
        for (FlatNode node : graph.order) {
            if (node.primitive.remembers() || node.primitive.role() == Role.STEP) {
                Population made = builder.population(node.name, node.input(), nodes.neuron(node));
                neurons.put(node, made);
                boolean spikes = node.primitive.role() != Role.STATE;
                send(node, List.of(Chain.of(spikes ? made : made.variable("membrane"))));
            }
        }
        for (FlatNode node : graph.order) {
            add(node);
        }
        if (outputs.isEmpty()) {
            throw new IOException("there is no node of the type Output, expected one");
        }
        return new NirModel(builder.build(), options, graph.declared, outputs, places, graph.warnings);
    }

    private void send(FlatNode node, List<Chain> chains) {
        sent.put(node, chains);
        if (chains.size() == 1 && chains.getFirst().path.isEmpty() && chains.getFirst().delay == 0) {
            places.put(node.name, chains.getFirst().source);
        }
    }

    private void add(FlatNode node) throws IOException {
        if (node.primitive == NirPrimitive.INPUT && !node.passes) {
            send(node, List.of(Chain.of(builder.input(node.name, node.input()))));
            return;
        }
        List<Chain> got = new ArrayList<>();
        for (FlatNode source : node.sources) {
            for (Chain chain : sent.getOrDefault(source, List.of())) {
                got.add(source.isLate(node) ? chain.later(1) : chain);
            }
        }
        if (node.passes) {
            boolean splits = got.size() > 1 && node.targets.size() > 1 || everyNode;
            send(node, splits ? List.of(relayed(node, node.name, got)) : got);
            return;
        }
        switch (node.primitive.role()) {
            case STATE, SPIKES, STEP -> project(Objects.requireNonNull(neurons.get(node)), got);
            case OUTPUT -> {
                boolean plain = got.size() == 1
                        && got.getFirst().path.isEmpty()
                        && got.getFirst().delay == 0
                        && got.getFirst().source.ofPopulation().isPresent();
                Chain alone = plain ? got.getFirst() : relayed(node, node.name, got);
                send(node, List.of(alone));
                outputs.put(node.name, alone.source);
            }
            case DELAY -> delay(node, got);
            default -> {
                Chain alone = got.size() == 1 ? got.getFirst() : relayed(node, nameOfSum(node), got);
                Chain longer = alone.through(node.primitive.reader().read(nodes, node), node.name);
                send(
                        node,
                        List.of(
                                node.targets.size() == 1 && !everyNode && longer.path.size() < MOST_LINKS
                                        ? longer
                                        : relayed(node, node.name, List.of(longer))));
            }
        }
    }

    /** Adds a projection for each different delay of the node's elements. */
    private void delay(FlatNode node, List<Chain> got) throws IOException {
        boolean plain = got.size() == 1 && got.getFirst().path.isEmpty();
        Chain alone = plain ? got.getFirst() : relayed(node, nameOfSum(node), got);
        Map<Integer, float[]> elements = new TreeMap<>();
        int[] steps = nodes.steps(node);
        int size = node.input().size();
        for (int i = 0; i < size; i++) {
            int each = steps[steps.length == 1 ? 0 : i];
            if (elements.size() * (long) size > ModelFormat.MOST_NEURONS) {
                break;
            }
            elements.computeIfAbsent(each, _ -> new float[size])[i] = 1;
        }
        int longest = Arrays.stream(steps).max().orElse(0);
        if ((long) elements.size() * size > ModelFormat.MOST_NEURONS || (long) longest * size > MOST_DELAYED) {
            throw new IOException(node + " has " + elements.size() + " delays of up to " + longest + " steps for "
                    + size + " elements, which takes too much memory");
        }
        List<Chain> chains = new ArrayList<>();
        elements.forEach((count, mask) -> {
            Chain later = alone.later(count);
            chains.add(elements.size() == 1 ? later : later.through(new OneToOne(mask), node.name + "." + count));
        });
        send(node, List.of(relayed(node, node.name, chains)));
    }

    private String nameOfSum(FlatNode node) {
        String name = node.name + ".sum";
        while (graph.nodes.containsKey(name)) {
            name += "s";
        }
        return name;
    }

    private Chain relayed(FlatNode node, String name, List<Chain> chains) throws IOException {
        Shape shape = name.equals(node.name) ? shapeOf(node) : node.input();
        Population relay = builder.population(name, shape, NirNodes.RELAY);
        project(relay, chains);
        return Chain.of(relay.variable("membrane"));
    }

    private static Shape shapeOf(FlatNode node) throws IOException {
        return node.output == null ? node.input() : node.output;
    }

    private void project(Population target, List<Chain> chains) {
        for (Chain chain : chains) {
            String name = chain.names.isEmpty()
                    ? chain.source.name() + " to " + target.name()
                    : String.join(" ", chain.names);
            String free = name;
            for (int i = 2; !names.add(free); i++) {
                free = name + " " + i;
            }
            builder.project(free, chain.source, target, chain.path.toArray(Connection[]::new))
                    .delay(chain.delay);
        }
    }

    /** Propagates shapes along edges; a cycle without an input gets the shapes of its weights and parameters. */
    private void findShapes() throws IOException {
        boolean found = true;
        while (found) {
            found = false;
            for (FlatNode node : graph.order) {
                found |= findShape(node, false);
            }
            for (int i = 0; i < graph.order.size() && !found; i++) {
                found = findShape(graph.order.get(i), true);
            }
        }
        long neurons = 0;
        for (FlatNode node : graph.order) {
            neurons += Math.max(node.input().size(), shapeOf(node).size());
            if (neurons > ModelFormat.MOST_NEURONS) {
                throw new IOException(node + " takes " + neurons + " numbers with those before it, expected at most "
                        + ModelFormat.MOST_NEURONS + " in a graph");
            }
            NirNodes.requireDeclaredShape(node);
            for (FlatNode source : node.sources) {
                if (!shapeOf(source).equals(node.input())) {
                    throw new IOException(node + " gets rows of shape " + shapeOf(source) + " from '" + source.name
                            + "', expected " + node.input());
                }
            }
        }
    }

    /** Returns true if it found an unknown shape. */
    private boolean findShape(FlatNode node, boolean guess) throws IOException {
        if (node.output != null) {
            return false;
        }
        if (node.input == null) {
            node.input = inputOf(node, guess);
        }
        if (node.input == null) {
            return false;
        }
        try {
            node.output = node.primitive.role() == Role.LINK
                    ? node.primitive.reader().read(nodes, node).outputShape(node.input)
                    : node.input;
        } catch (IllegalArgumentException | ArithmeticException refused) {
            throw new IOException(node + " " + refused.getMessage(), refused);
        }
        return true;
    }

    private static @Nullable Shape inputOf(FlatNode node, boolean guess) throws IOException {
        if (node.primitive == NirPrimitive.INPUT && !node.passes) {
            return NirNodes.shape(node, "shape");
        }
        for (FlatNode source : node.sources) {
            if (source.output != null) {
                return source.output;
            }
        }
        if (guess && (node.primitive == NirPrimitive.AFFINE || node.primitive == NirPrimitive.LINEAR)) {
            return Shape.of(node.required("weight").shape().getLast());
        }
        if (guess && node.primitive.remembers()) {
            List<Integer> sizes =
                    node.required(node.primitive.required().getFirst()).shape();
            return NirNodes.shape(
                    node, sizes.stream().mapToInt(Integer::intValue).toArray());
        }
        return null;
    }
}

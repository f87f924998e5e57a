package dev.spikelane.engine;

import dev.spikelane.description.NetworkDescription;
import dev.spikelane.description.PopulationDescription;
import dev.spikelane.description.ProjectionDescription;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * The order in which populations run. Populations that reach each other form a component. Components run one after the
 * other, each for a whole block of steps.
 *
 * @param components components, every source before its targets
 */
public record ComponentPlan(List<Component> components) {

    /**
     * Populations that run together.
     *
     * @param populations numbers of the populations, in the order in which they run
     * @param steps steps that they can run at a time: the largest number for which projections with a smaller delay
     *     form no cycle; 0 for a population without a loop, which can run any number
     */
    public record Component(List<Integer> populations, int steps) {}

    /** A projection between populations. */
    private record Edge(int source, int target, int delay, String name) {}

    static ComponentPlan of(NetworkDescription network) {
        List<PopulationDescription> populations = network.populations();
        List<Edge> edges = new ArrayList<>();
        for (ProjectionDescription projection : network.projections()) {
            projection
                    .source()
                    .ofPopulation()
                    .ifPresent(source -> edges.add(
                            new Edge(source, projection.target(), projection.delays()[0], projection.name())));
        }
        BitSet[] reached = reached(populations.size(), edges);
        requireDelayedCycles(populations, edges);
        List<Component> components = new ArrayList<>();
        BitSet done = new BitSet();
        while (done.cardinality() < populations.size()) {
            BitSet next = next(reached, edges, done);
            components.add(component(next, edges, reached));
            done.or(next);
        }
        return new ComponentPlan(List.copyOf(components));
    }

    /** Returns for each population the ones that it reaches by one projection or more. */
    private static BitSet[] reached(int count, List<Edge> edges) {
        BitSet[] reached = new BitSet[count];
        for (int i = 0; i < count; i++) {
            reached[i] = new BitSet(count);
        }
        boolean grows = true;
        while (grows) {
            grows = false;
            for (Edge edge : edges) {
                int before = reached[edge.source].cardinality();
                reached[edge.source].set(edge.target);
                reached[edge.source].or(reached[edge.target]);
                grows |= reached[edge.source].cardinality() > before;
            }
        }
        return reached;
    }

    /** Returns the component of the first remaining population without a remaining source outside the component. */
    private static BitSet next(BitSet[] reached, List<Edge> edges, BitSet done) {
        for (int first = done.nextClearBit(0); first < reached.length; first = done.nextClearBit(first + 1)) {
            BitSet component = new BitSet();
            component.set(first);
            for (int other = 0; other < reached.length; other++) {
                if (reached[first].get(other) && reached[other].get(first)) {
                    component.set(other);
                }
            }
            if (edges.stream()
                    .allMatch(edge ->
                            !component.get(edge.target) || component.get(edge.source) || done.get(edge.source))) {
                return component;
            }
        }
        throw new AssertionError("components form a cycle");
    }

    private static Component component(BitSet members, List<Edge> edges, BitSet[] reached) {
        int first = members.nextSetBit(0);
        if (!reached[first].get(first)) {
            return new Component(List.of(first), 0);
        }
        List<Edge> inner = edges.stream()
                .filter(edge -> members.get(edge.source) && members.get(edge.target))
                .toList();
        int most = 1;
        for (Edge edge : inner) {
            if (edge.delay > most && order(members, faster(inner, edge.delay)).size() == members.cardinality()) {
                most = edge.delay;
            }
        }
        return new Component(order(members, faster(inner, most)), most);
    }

    private static List<Edge> faster(List<Edge> edges, int delay) {
        return edges.stream().filter(edge -> edge.delay < delay).toList();
    }

    /**
     * Returns the members in an order in which sources come first, lowest numbers first. It omits members on cycles,
     * and members that these reach.
     */
    private static List<Integer> order(BitSet members, List<Edge> edges) {
        List<Integer> order = new ArrayList<>();
        BitSet placed = new BitSet();
        int next = 0;
        while (next >= 0) {
            next = -1;
            for (int i = members.nextSetBit(0); i >= 0 && next < 0; i = members.nextSetBit(i + 1)) {
                int member = i;
                boolean ready = edges.stream().allMatch(edge -> edge.target != member || placed.get(edge.source));
                if (ready && !placed.get(i)) {
                    next = i;
                }
            }
            if (next >= 0) {
                order.add(next);
                placed.set(next);
            }
        }
        return List.copyOf(order);
    }

    private static void requireDelayedCycles(List<PopulationDescription> populations, List<Edge> edges) {
        List<Edge> immediate = faster(edges, 1);
        BitSet all = new BitSet();
        all.set(0, populations.size());
        BitSet onCycles = (BitSet) all.clone();
        order(all, immediate).forEach(onCycles::clear);
        if (onCycles.isEmpty()) {
            return;
        }
        // Each remaining population has a remaining source, so following sources finds a cycle.
        IntFunction<Edge> back = target -> immediate.stream()
                .filter(edge -> edge.target == target && onCycles.get(edge.source))
                .findFirst()
                .orElseThrow();
        BitSet seen = new BitSet();
        int at = onCycles.nextSetBit(0);
        while (!seen.get(at)) {
            seen.set(at);
            at = back.apply(at).source;
        }
        List<Edge> cycle = new ArrayList<>();
        int start = at;
        do {
            Edge edge = back.apply(at);
            cycle.addFirst(edge);
            at = edge.source;
        } while (at != start);
        throw new IllegalStateException("cycle without delay: "
                + cycle.stream()
                        .map(edge -> "'" + populations.get(edge.source).name() + "' -> '"
                                + populations.get(edge.target).name() + "' by '" + edge.name + "'")
                        .collect(Collectors.joining(", "))
                + "; give one of these projections a delay of at least 1 step");
    }
}

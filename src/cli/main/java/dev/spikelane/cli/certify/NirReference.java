package dev.spikelane.cli.certify;

import dev.spikelane.io.NirFile;
import dev.spikelane.model.NirImport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a NIR graph in float64 for one sample, step by step, and bounds the distance of a float32 run. It shares no code
 * with the importer, because a mistake in shared code would go unnoticed.
 *
 * <p>The conventions are in {@link NirImport}. A node is computed after its sources; a neuron in a cycle sends its
 * value of the previous step to the cycle.
 */
final class NirReference {

    /**
     * The output of a node.
     *
     * @param shape in torch's order
     * @param values in float64
     * @param errors bounds of the distance of float32 values
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record NirValue(int[] shape, double[] values, double[] errors) {

        /** Half of the distance between float32 numbers around 1, and a little for products of such errors. */
        static final double ROUNDING = 0x1.01p-24;

        /** The error of an operation with a result near 0. */
        static final double TINY = 0x1p-149;

        static NirValue sum(List<NirValue> got) {
            NirValue first = got.getFirst();
            double[] values = first.values.clone();
            double[] errors = first.errors.clone();
            double[] sizes = new double[values.length];
            for (int k = 1; k < got.size(); k++) {
                NirValue next = got.get(k);
                if (next.values.length != values.length) {
                    throw new IllegalArgumentException(
                            "rows of " + values.length + " and " + next.values.length + " numbers are to be added");
                }
                for (int i = 0; i < values.length; i++) {
                    sizes[i] += Math.abs(values[i]) + Math.abs(next.values[i]);
                    values[i] += next.values[i];
                    errors[i] += next.errors[i];
                }
            }
            for (int i = 0; i < values.length; i++) {
                errors[i] += (got.size() - 1) * (ROUNDING * sizes[i] + TINY);
            }
            return new NirValue(first.shape, values, errors);
        }
    }

    private static final Set<String> NEURONS = Set.of("LIF", "CubaLIF", "IF", "LI", "CubaLI", "I");

    private final double dt;
    private final boolean declared;
    private final boolean exact;
    /** Nodes that reset at the next step. */
    private final Set<String> late;

    private final Map<String, NirNumbers> nodes = new LinkedHashMap<>();
    private final Map<String, Set<String>> sources = new LinkedHashMap<>();
    private final Map<String, Set<String>> cycles = new HashMap<>();
    private final Map<String, NirCell> cells = new HashMap<>();
    private final Map<String, List<NirValue>> delayed = new HashMap<>();
    private Map<String, NirValue> before = new LinkedHashMap<>();
    private Map<String, NirValue> now = new LinkedHashMap<>();
    private final Set<String> asked = new LinkedHashSet<>();

    /** Without a declared time step, integrators with {@code r = 1} add each input once a step. */
    NirReference(NirFile.Graph graph, NirImport semantics) throws IOException {
        this.dt = semantics.timeStep();
        this.declared = semantics.saysTimeStep();
        this.exact = semantics.decaysExactly();
        this.late = semantics.lateResets(graph);
        collect("", graph);
        Set<String> neurons = new HashSet<>(nodes.keySet());
        neurons.removeIf(name -> !NEURONS.contains(type(name)));
        for (String neuron : neurons) {
            cycles.put(neuron, upstream(neuron));
        }
    }

    private void collect(String prefix, NirFile.Graph graph) throws IOException {
        for (var each : graph.nodes().entrySet()) {
            String name = prefix + each.getKey();
            if (each.getValue().type().equals("NIRGraph")) {
                collect(name + "/", each.getValue().graph());
            } else {
                nodes.put(name, new NirNumbers(each.getValue()));
                sources.computeIfAbsent(name, _ -> new LinkedHashSet<>());
            }
        }
        for (NirFile.Graph.Edge edge : graph.edges()) {
            String source = inside(prefix, graph, edge.source(), "Output");
            sources.computeIfAbsent(inside(prefix, graph, edge.target(), "Input"), _ -> new LinkedHashSet<>())
                    .add(source);
        }
    }

    private static String inside(String prefix, NirFile.Graph graph, String name, String type) throws IOException {
        NirFile.Graph.Node node = graph.nodes().get(name);
        if (node == null || !node.type().equals("NIRGraph")) {
            return prefix + name;
        }
        List<String> found = node.graph().nodes().entrySet().stream()
                .filter(each -> each.getValue().type().equals(type))
                .map(each -> prefix + name + "/" + each.getKey())
                .toList();
        if (found.size() != 1) {
            throw new IOException("graph '" + name + "' has " + found.size() + " nodes of the type " + type);
        }
        return found.getFirst();
    }

    /** Returns all nodes from which a node is reachable. */
    private Set<String> upstream(String node) {
        Set<String> found = new HashSet<>();
        List<String> open = new ArrayList<>(sources(node));
        while (!open.isEmpty()) {
            String next = open.removeLast();
            if (found.add(next)) {
                open.addAll(sources(next));
            }
        }
        return found;
    }

    /**
     * Computes a step.
     *
     * @param inputs a row for each input
     */
    void step(Map<String, double[]> inputs) throws IOException {
        before = now;
        now = new LinkedHashMap<>();
        for (var each : nodes.entrySet()) {
            if (each.getValue().type().equals("Input") && !each.getKey().contains("/")) {
                double[] row = inputs.get(each.getKey());
                int[] sizes = sizes(each.getValue());
                if (row == null || row.length != Arrays.stream(sizes).reduce(1, Math::multiplyExact)) {
                    throw new IOException("node '" + each.getKey() + "' gets rows of " + (row == null ? 0 : row.length)
                            + " numbers, expected " + Arrays.toString(sizes));
                }
                now.put(each.getKey(), new NirValue(sizes, row, new double[row.length]));
            }
        }
        for (String name : nodes.keySet()) {
            find(name);
        }
    }

    /** Returns the sizes without a leading batch of 1, which some files have. */
    private static int[] sizes(NirNumbers input) {
        int[] sizes = Arrays.stream(input.numbers("shape"))
                .mapToInt(size -> (int) size)
                .toArray();
        int first = 0;
        while (sizes.length - first > 3 && sizes[first] == 1) {
            first++;
        }
        return Arrays.copyOfRange(sizes, first, sizes.length);
    }

    /** Computes the output of a node after its sources. It is a loop, because a long chain would overflow the stack. */
    private void find(String name) throws IOException {
        List<String> open = new ArrayList<>(List.of(name));
        while (!open.isEmpty()) {
            String last = open.getLast();
            String missing = now.containsKey(last) ? null : missing(last);
            if (missing == null) {
                if (!now.containsKey(last)) {
                    now.put(last, evaluated(last, got(last)));
                }
                open.removeLast();
                asked.remove(last);
            } else if (asked.add(missing)) {
                open.add(missing);
            } else {
                throw new IOException("node '" + missing + "' waits for itself");
            }
        }
    }

    private @Nullable String missing(String name) {
        for (String source : sources(name)) {
            if (!isLate(source, name) && !now.containsKey(source)) {
                return source;
            }
        }
        return before.isEmpty() ? shapeGiver(name, false) : null;
    }

    /**
     * Returns the input of late neurons from outside their cycle, which has the shape of their output; null if there is
     * none whose value is, or is not, {@code known}.
     */
    private @Nullable String shapeGiver(String name, boolean known) {
        for (String late : sources(name)) {
            if (!isLate(late, name)) {
                return null;
            }
        }
        for (String late : sources(name)) {
            for (String outside : sources(late)) {
                if (now.containsKey(outside) == known && !upstream(outside).contains(late) && !outside.equals(late)) {
                    return outside;
                }
            }
        }
        return null;
    }

    private boolean isLate(String source, String target) {
        Set<String> cycle = cycles.get(source);
        return cycle != null && (source.equals(target) || cycle.contains(target));
    }

    private NirValue got(String name) {
        List<NirValue> got = new ArrayList<>();
        for (String source : sources(name)) {
            NirValue sent = (isLate(source, name) ? before : now).get(source);
            if (sent != null) {
                got.add(sent);
            }
        }
        return got.isEmpty() ? silence(name) : NirValue.sum(got);
    }

    /** Returns the input of a node at the first step if all its sources are late: zeros. */
    private NirValue silence(String name) {
        String giver = shapeGiver(name, true);
        if (giver != null) {
            NirValue given = Objects.requireNonNull(now.get(giver));
            int count = given.values().length;
            return new NirValue(given.shape(), new double[count], new double[count]);
        }
        NirNumbers node = node(name);
        List<Integer> shape = List.of();
        if (node.type().equals("Affine") || node.type().equals("Linear")) {
            shape = List.of(node.shape("weight").getLast());
        } else {
            for (String source : sources(name)) {
                shape = node(source).largestShape().size() > shape.size()
                        ? node(source).largestShape()
                        : shape;
            }
        }
        int[] sizes = shape.stream().mapToInt(Integer::intValue).toArray();
        int count = shape.stream().reduce(1, Math::multiplyExact);
        return new NirValue(sizes, new double[count], new double[count]);
    }

    private NirValue evaluated(String name, NirValue got) throws IOException {
        NirNumbers node = node(name);
        return switch (node.type()) {
            case "Input", "Output" -> got;
            case "Affine", "Linear", "Conv1d", "Conv2d", "SumPool2d", "AvgPool2d", "Scale", "Flatten" ->
                NirReferenceOps.of(node, got);
            case "Delay" -> delayed(name, node.spread("delay", got.values().length, got.shape()), got);
            default -> {
                double step = declared || !node.type().equals("IF") || !allOne(node.numbers("r")) ? dt : 1;
                yield cells.computeIfAbsent(name, _ -> new NirCell(node, step, exact, late.contains(name), got))
                        .step(got);
            }
        };
    }

    private static boolean allOne(double[] values) {
        boolean all = true;
        for (double value : values) {
            all &= value == 1;
        }
        return all;
    }

    private NirValue delayed(String name, double[] seconds, NirValue got) {
        List<NirValue> kept = delayed.computeIfAbsent(name, _ -> new ArrayList<>());
        kept.add(got);
        double[] values = new double[got.values().length];
        double[] errors = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            long steps = Math.round(Math.rint(seconds[i] / dt));
            if (steps < kept.size()) {
                NirValue old = kept.get(kept.size() - 1 - (int) steps);
                values[i] = old.values()[i];
                errors[i] = old.errors()[i];
            }
        }
        return new NirValue(got.shape(), values, errors);
    }

    /** Returns the neurons of a node after this step; null for a node without neurons. */
    @Nullable
    NirCell cell(String name) {
        return cells.get(name);
    }

    private NirNumbers node(String name) {
        return Objects.requireNonNull(nodes.get(name), name);
    }

    String type(String name) {
        return node(name).type();
    }

    Map<String, NirNumbers> nodes() {
        return nodes;
    }

    /** Returns the outputs in the order of computation. */
    Map<String, NirValue> values() {
        return now;
    }

    Set<String> sources(String name) {
        return sources.getOrDefault(name, Set.of());
    }
}

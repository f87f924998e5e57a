package dev.spikelane.cli.certify;

import dev.spikelane.cli.certify.NirReference.NirValue;
import dev.spikelane.io.NirFile;
import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.NirImport;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares a network with a NIR graph on one input. A float64 reference, which shares no code with {@link NirImport},
 * runs the graph; the network runs in float32. They are equal under three conditions. All spikes are equal. Each
 * membrane differs by at most a computed bound of float32 rounding, and by at most a thousandth. Neurons, weights and
 * edges agree with the file, even if the input does not use them. Otherwise the certificate lists the parts that
 * differ, and the first difference of the run if there is one.
 *
 * <p>If a membrane is closer to its threshold than the bound, rounding alone decides a spike. Such cases are counted,
 * and a first difference of this kind is marked.
 */
public final class Certificate {

    /** Limits the bound, because rounding moves membranes that never reset further and further apart. */
    private static final double MOST_DRIFT = 1e-3;

    private final String semantics;
    private final long spikes;
    private final long membranes;
    private final long undecided;
    private final Map<String, Double> margins;
    private final Optional<Difference> first;
    private final List<String> causes;

    private Certificate(Run run, String semantics, Optional<Difference> first, List<String> causes) {
        this.semantics = semantics;
        this.spikes = run.spikes;
        this.membranes = run.membranes;
        this.undecided = run.undecided;
        this.margins = run.margins;
        this.first = first;
        this.causes = List.copyOf(causes);
    }

    /**
     * The first difference between network and file.
     *
     * @param neuron in torch's order; -1 if the node is missing
     * @param bound largest difference that rounding alone can cause
     * @param rounding true if rounding alone can be the cause
     */
    public record Difference(
            int step,
            int sample,
            String node,
            int neuron,
            String variable,
            double found,
            double expected,
            double bound,
            boolean rounding) {

        @Override
        public String toString() {
            return "step " + step + ", sample " + sample + ", node '" + node + "', neuron " + neuron + ": " + variable
                    + " " + found + ", the file says " + expected + " (rounding may take " + bound + ")";
        }
    }

    /**
     * Compares a network with the graph of a file.
     *
     * @param semantics time step and method; the reset is the file's
     * @param network a network whose populations have the names of the graph's nodes
     * @param input rows by input, {@code [steps * batch x values]}, time-major
     * @throws IllegalArgumentException if the input does not fit, or the graph cannot be run
     */
    public static Certificate of(
            NirFile.Graph graph, NirImport semantics, Network network, Map<String, ? extends Signal> input, int batch) {
        Objects.requireNonNull(graph, "graph");
        Objects.requireNonNull(semantics, "semantics");
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(input, "input");
        return FileText.given(() -> new Run(graph, semantics, network, input, batch).certificate());
    }

    private static final class Run {
        private final NirFile.Graph graph;
        private final NirImport semantics;
        private final Network network;
        private final Map<String, ? extends Signal> input;
        private final int batch;
        private final int steps;
        private final Map<String, Signal> fired = new HashMap<>();
        private final Map<String, Signal> recorded = new HashMap<>();
        private final Map<String, Double> margins = new TreeMap<>();
        private long spikes;
        private long membranes;
        private long undecided;

        Run(NirFile.Graph graph, NirImport semantics, Network network, Map<String, ? extends Signal> input, int batch) {
            this.graph = graph;
            this.semantics = semantics;
            this.network = network;
            this.input = new LinkedHashMap<>(input);
            this.batch = batch;
            int rows = input.values().iterator().next().rows();
            if (batch < 1 || rows < batch) {
                throw new IllegalArgumentException(
                        "input has " + rows + " rows, expected at least one for each of " + batch + " samples");
            }
            this.steps = rows / batch;
        }

        Certificate certificate() throws IOException {
            record();
            Difference earliest = null;
            List<String> causes = List.of();
            for (int sample = 0; sample < batch; sample++) {
                NirReference reference = new NirReference(graph, semantics);
                Difference found = null;
                for (int step = 0; step < steps && found == null; step++) {
                    reference.step(rows(step * batch + sample));
                    found = compare(reference, step, sample);
                }
                if (found != null && (earliest == null || found.step < earliest.step)) {
                    earliest = found;
                    causes = NirFindings.of(reference, network);
                }
                if (earliest == null && sample == batch - 1) {
                    causes = NirFindings.of(reference, network); // also of neurons without spikes
                }
            }
            if (earliest != null && earliest.rounding && causes.isEmpty()) {
                causes.add(
                        earliest.variable.equals("spikes")
                                ? "rounding within margin: the membrane is closer to its threshold than float32 rounds"
                                : "rounding: membranes have drifted apart, no further than float32 may round");
            }
            if (earliest != null && causes.isEmpty()) {
                causes.add(
                        earliest.neuron < 0
                                ? "node '" + earliest.node + "' is not in the network"
                                : "unknown: all parameters that were compared are the file's");
            }
            return new Certificate(this, semantics.toString(), Optional.ofNullable(earliest), causes);
        }

        private void record() {
            try (Simulation simulation = network.simulate(batch)) {
                for (Population population : network.populations()) {
                    String name = population.name();
                    fired.put(name, simulation.recordSpikes(name, steps).spikes());
                    recorded.put(name, simulation.recordMembranes(name, steps).values());
                }
                simulation.run(input);
            }
        }

        private Map<String, double[]> rows(int row) {
            Map<String, double[]> rows = new HashMap<>();
            input.forEach((name, signal) -> {
                double[] values = new double[signal.columns()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = number(signal, row, i);
                }
                rows.put(name, values);
            });
            return rows;
        }

        private static double number(Signal signal, int row, int column) {
            return switch (signal) {
                case FloatMatrix values -> values.get(row, column);
                case SpikeMatrix fired -> fired.get(row, column) ? 1 : 0;
            };
        }

        /** Returns the name of a node's population; files of Spikelane replace slashes by dots. */
        private String at(String name) {
            return recorded.containsKey(name) ? name : name.replace('/', '.');
        }

        /**
         * Returns the first difference of a step. Nodes are in the order of data flow, so it is the cause of the
         * others.
         */
        private @Nullable Difference compare(NirReference reference, int step, int sample) throws IOException {
            for (var each : reference.values().entrySet()) {
                String name = each.getKey();
                NirCell cell = reference.cell(name);
                Signal found = recorded.get(at(name));
                Difference difference = null;
                if (found != null) {
                    difference = cell != null
                            ? compare(name, cell, step, sample)
                            : compare(name, each.getValue(), found, step, sample);
                } else if (cell != null || isLost(reference, name)) {
                    return new Difference(step, sample, name, -1, "membrane", Double.NaN, Double.NaN, 0, false);
                }
                if (difference != null) {
                    return difference;
                }
            }
            return null;
        }

        /**
         * Returns true if no population corresponds to an output. Outputs of nested graphs are checked at their
         * targets.
         */
        private boolean isLost(NirReference reference, String name) {
            if (!reference.type(name).equals("Output") || name.contains("/")) {
                return false;
            }
            String at = name;
            while (!recorded.containsKey(at(at))) {
                boolean passes = Set.of("Output", "Input").contains(reference.type(at));
                if (!passes || reference.sources(at).size() != 1) {
                    return true;
                }
                at = reference.sources(at).iterator().next();
            }
            return false;
        }

        private @Nullable Difference compare(String name, NirCell cell, int step, int sample) {
            Signal spiking = Objects.requireNonNull(fired.get(at(name)));
            Signal membrane = Objects.requireNonNull(recorded.get(at(name)));
            int row = step * batch + sample;
            if (membrane.columns() != cell.membrane.length) {
                return new Difference(step, sample, name, -1, "membrane", Double.NaN, Double.NaN, 0, false);
            }
            for (int i = 0; i < cell.membrane.length; i++) {
                if (cell.fires()) {
                    boolean close = !(Math.abs(cell.margin[i]) > cell.marginError[i]);
                    boolean expected = cell.margin[i] > 0;
                    boolean got = number(spiking, row, i) != 0;
                    spikes++;
                    undecided += close ? 1 : 0;
                    margins.merge(name, Math.abs(cell.margin[i]), Math::min);
                    if (got != expected) {
                        return new Difference(
                                step,
                                sample,
                                name,
                                i,
                                "spikes",
                                got ? 1 : 0,
                                expected ? 1 : 0,
                                cell.marginError[i],
                                close);
                    }
                }
                Difference difference = compared(
                        name, step, sample, i, number(membrane, row, i), cell.membrane[i], cell.membraneError[i]);
                if (difference != null) {
                    return difference;
                }
            }
            return null;
        }

        private @Nullable Difference compare(String name, NirValue value, Signal found, int step, int sample) {
            for (int i = 0; i < value.values().length; i++) {
                double got =
                        found.columns() == value.values().length ? number(found, step * batch + sample, i) : Double.NaN;
                Difference difference = compared(name, step, sample, i, got, value.values()[i], value.errors()[i]);
                if (difference != null) {
                    return difference;
                }
            }
            return null;
        }

        /** Returns a difference; null if rounding explains it. */
        private @Nullable Difference compared(
                String name, int step, int sample, int neuron, double found, double expected, double bound) {
            membranes++;
            double apart = Math.abs(found - expected);
            boolean rounded = apart <= bound && Double.isFinite(bound);
            return rounded && apart <= MOST_DRIFT * Math.max(1, Math.abs(expected))
                    ? null
                    : new Difference(step, sample, name, neuron, "membrane", found, expected, bound, rounded);
        }
    }

    /** Returns true if network and file agree in their parts and on this input. */
    public boolean equal() {
        return first.isEmpty() && causes.isEmpty();
    }

    /** Returns the earliest difference; empty if this input shows none. */
    public Optional<Difference> first() {
        return first;
    }

    /** Returns the parts of the network that differ from the file. */
    public List<String> causes() {
        return causes;
    }

    /**
     * Returns a JSON object.
     *
     * @param hashes facts about files by name, such as their hashes
     */
    public String json(Map<String, String> hashes) {
        JsonWriter json = new JsonWriter().object().name("equal").value(equal());
        json.name("semantics").value(semantics);
        hashes.forEach((name, text) -> json.name(name).value(text));
        json.name("compared").object().name("spikes").value(spikes);
        json.name("membranes").value(membranes).end();
        json.name("decided_by_rounding").value(undecided);
        json.name("smallest_margin").object();
        margins.forEach(json::finite);
        json.end();
        first.ifPresent(difference -> {
            json.name("first").object().name("step").value(difference.step);
            json.name("sample").value(difference.sample).name("node").value(difference.node);
            json.name("neuron").value(difference.neuron).name("variable").value(difference.variable);
            json.finite("found", difference.found).finite("expected", difference.expected);
            json.finite("bound", difference.bound)
                    .name("rounding")
                    .value(difference.rounding)
                    .end();
        });
        return json.name("causes").strings(causes).end().text();
    }

    @Override
    public String toString() {
        return first.map(difference -> "not equal: " + difference + "; " + causes)
                .orElse((equal() ? "equal: " : "not equal: " + causes + "; equal on this input: ") + spikes
                        + " decisions and " + membranes + " membranes");
    }
}

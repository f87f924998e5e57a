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
 * Tells whether a network does as a graph of NIR says, on one input. The graph runs in float64 by a reference that
 * reads it itself and shares nothing with {@link NirImport}, and the network in float32. They are equal if all spikes
 * are, if no membrane differs by more than float32 can round in as many steps, a bound that is computed beside each
 * number, nor by a thousandth, and if neurons, weights and edges are the file's, also those that the input does not
 * reach. Otherwise there are the parts of the network that are not as the file says, and a first difference, if the run
 * has one.
 *
 * <p>A neuron whose membrane is closer to its threshold than the bound could fire or not by rounding alone; such
 * decisions are counted, and a first difference that is one of them is said to be of that kind.
 */
public final class Certificate {

    /** Rounding may take membranes that never reset further apart than this share, which is not equal any more. */
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
     * Where network and file first differ.
     *
     * @param step from 0
     * @param sample of the batch
     * @param node the name in the file
     * @param neuron in torch's order; -1 where the node is missing
     * @param variable {@code spikes} or {@code membrane}
     * @param found by the network
     * @param expected by the file
     * @param bound how far rounding alone may take the network's membrane from the file's
     * @param rounding whether rounding alone can have made it
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
     * Compares a network with a graph.
     *
     * @param graph the graph of a file
     * @param semantics the time step and the method, which the file does not say; its reset is the file's
     * @param network a network whose populations have the names of the graph's nodes
     * @param input rows for each input, those of one step one behind the other
     * @param batch how many samples run side by side
     * @return the result
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

    /** One comparison. */
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
                    causes = NirFindings.of(reference, network); // of neurons that this input leaves silent
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

        /** The population of a node; files of NIR that are written have dots where graphs stood in others. */
        private String at(String name) {
            return recorded.containsKey(name) ? name : name.replace('/', '.');
        }

        /**
         * Nodes stand in the order in which one gets the values of others, so the first that differs is where it began.
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

        /** Whether nothing in the network says what an output is; those of graphs inside are seen by their targets. */
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

        /** Null where the network's number is the file's but for rounding. */
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

    /**
     * Tells whether network and file do the same on this input, and say the same.
     *
     * @return whether nothing differs but by rounding, all spikes are equal, and there are no causes
     */
    public boolean equal() {
        return first.isEmpty() && causes.isEmpty();
    }

    /**
     * Returns where they first differ.
     *
     * @return the earliest step; nothing if this input shows no difference
     */
    public Optional<Difference> first() {
        return first;
    }

    /**
     * Returns why they differ.
     *
     * @return the parts of the network that are not as the file says; empty if they are equal
     */
    public List<String> causes() {
        return causes;
    }

    /**
     * Says all of it.
     *
     * @param hashes facts about files, by name, such as their hashes
     * @return a JSON object
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

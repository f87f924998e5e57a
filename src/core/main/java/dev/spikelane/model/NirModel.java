package dev.spikelane.model;

import dev.spikelane.io.NirFile;
import dev.spikelane.kernel.Reset;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.Lif;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A network converted from a NIR graph. */
public final class NirModel {

    private final Network network;
    private final NirImport options;
    private final NirFile.Graph graph;
    private final Map<String, Projection.Source> outputs;
    private final Map<String, Projection.Source> places;
    private final List<String> warnings;

    NirModel(
            Network network,
            NirImport options,
            NirFile.Graph graph,
            Map<String, Projection.Source> outputs,
            Map<String, Projection.Source> places,
            List<String> warnings) {
        this.network = network;
        this.options = options;
        this.graph = graph;
        this.outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        this.places = Collections.unmodifiableMap(new LinkedHashMap<>(places));
        this.warnings = warnings.stream().distinct().toList();
    }

    /**
     * A graph converted from a network.
     *
     * @param graph the graph, for {@link dev.spikelane.io.NirFile}
     * @param changes facts missing from the graph, which other readers will replace: the time step, or another reset
     */
    public record Exported(NirFile.Graph graph, List<String> changes) {

        /** Copies the list. */
        public Exported {
            changes = List.copyOf(changes);
        }
    }

    /**
     * Converts a network to a NIR graph with one output, which has this network's dynamics in a reader with Euler's
     * method.
     *
     * @param model a network of convolutions, dense connections, averages, sums and scales between {@code Leaky},
     *     {@code Synaptic}, {@code RLeaky}, {@code RSynaptic} and {@code Lif} neurons; its {@linkplain Model#population
     *     population} is the output
     * @param timeStep seconds of a step, the factor of time constants; snnTorch's is 0.0001
     * @return the graph, and the facts missing from it
     * @throws IllegalArgumentException if a part of the network has no NIR primitive; the message names it
     */
    public static Exported export(Model model, double timeStep) {
        Population last = model.network().population(model.population());
        boolean silent =
                last.neuron() instanceof Lif lif && lif.firing().threshold().isAlways(Float.MAX_VALUE);
        return new NirExport(model.network(), timeStep)
                .graph(Map.of("output", silent ? last.variable("membrane") : last));
    }

    /**
     * Converts this network, with its current values, to a NIR graph with the original outputs.
     *
     * @return the graph, and the facts missing from it
     */
    public Exported export() {
        return new NirExport(network, options.dt()).graph(outputs);
    }

    NirModel named(String file, List<String> ofFile) {
        List<String> all = new ArrayList<>(ofFile);
        warnings.forEach(each -> all.add(file + ": " + each));
        return new NirModel(network, options, graph, outputs, places, all);
    }

    /**
     * Returns the network. Inputs and populations have the names of nodes, such as {@code rnn/lif} in an inner graph.
     * Projections have the names of the nodes in their paths.
     *
     * @return the network
     */
    public Network network() {
        return network;
    }

    /**
     * Returns the source of each output of the graph.
     *
     * @return spikes of a population, or its membrane, by the names of Output nodes
     */
    public Map<String, Projection.Source> outputs() {
        return outputs;
    }

    /**
     * Returns the source of each node's output.
     *
     * @return inputs, spikes or membranes by the names of nodes, without nodes inside the path of a projection
     */
    public Map<String, Projection.Source> places() {
        return places;
    }

    /**
     * Returns the facts that change dynamics and are not in the file: time step, method, and reset.
     *
     * @return one line
     */
    public String semantics() {
        List<String> late = network.populations().stream()
                .filter(each -> options.resets() == Reset.Time.SAME_STEP
                        && each.neuron() instanceof Lif lif
                        && lif.firing().resetTime() == Reset.Time.NEXT_STEP)
                .map(Population::name)
                .toList();
        return options + (late.isEmpty() ? "" : ", of " + late + " at the NEXT_STEP, as RSynaptic of snnTorch");
    }

    /**
     * Returns warnings about the file and assumptions.
     *
     * @return sentences that start with the file's name, if there is one
     */
    public List<String> warnings() {
        return warnings;
    }

    NirFile.Graph graph() {
        return graph;
    }

    @Override
    public String toString() {
        return "NirModel of " + network;
    }
}

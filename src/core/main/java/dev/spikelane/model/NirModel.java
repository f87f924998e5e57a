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

/** A network that was made of a graph of NIR. */
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
     * A graph that was made of a network.
     *
     * @param graph the graph, for {@link dev.spikelane.io.NirFile}
     * @param changes the facts that the graph does not say and readers will do otherwise, such as another reset; the
     *     time step
     */
    public record Exported(NirFile.Graph graph, List<String> changes) {

        /** Copies the list. */
        public Exported {
            changes = List.copyOf(changes);
        }
    }

    /**
     * Says a network as a graph of NIR, with one output. Neurons that a reader steps by Euler's method do as they do
     * here.
     *
     * @param model a network of convolutions, dense connections, averages, sums and scales between {@code Leaky},
     *     {@code Synaptic}, {@code RLeaky}, {@code RSynaptic} and {@code Lif} neurons; the output is the one that its
     *     {@linkplain Model#population population} sends
     * @param timeStep seconds of a step, by which time constants are multiplied; snnTorch's is 0.0001
     * @return the graph, and the facts that it cannot say
     * @throws IllegalArgumentException if the network has a part that NIR has no primitive for; the message names it
     */
    public static Exported export(Model model, double timeStep) {
        Population last = model.network().population(model.population());
        boolean silent =
                last.neuron() instanceof Lif lif && lif.firing().threshold().isAlways(Float.MAX_VALUE);
        return new NirExport(model.network(), timeStep)
                .graph(Map.of("output", silent ? last.variable("membrane") : last));
    }

    /**
     * Says this network, with the values that it has now, as a graph of NIR with the outputs of the one that it was
     * made of.
     *
     * @return the graph, and the facts that it cannot say
     */
    public Exported export() {
        return new NirExport(network, options.dt()).graph(outputs);
    }

    /** The same model with warnings that start with the name of its file. */
    NirModel named(String file, List<String> ofFile) {
        List<String> all = new ArrayList<>(ofFile);
        warnings.forEach(each -> all.add(file + ": " + each));
        return new NirModel(network, options, graph, outputs, places, all);
    }

    /**
     * Returns the network. Inputs and populations have the names of nodes, {@code rnn/lif} for a node of an inner
     * graph. Projections have the names of the nodes that they pass through.
     *
     * @return the network
     */
    public Network network() {
        return network;
    }

    /**
     * Returns where the outputs of the graph are found.
     *
     * @return spikes of a population, or its membrane, by the names of nodes of the type Output
     */
    public Map<String, Projection.Source> outputs() {
        return outputs;
    }

    /**
     * Returns where outputs of nodes are found.
     *
     * @return inputs, spikes or membranes by the names of nodes; nodes inside the path of a projection are not among
     *     them
     */
    public Map<String, Projection.Source> places() {
        return places;
    }

    /**
     * Returns the facts that change dynamics and are not in the file: the time step, the method, the reset.
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
     * Returns the oddities of the file, and the assumptions.
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

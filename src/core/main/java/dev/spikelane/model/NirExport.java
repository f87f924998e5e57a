package dev.spikelane.model;

import dev.spikelane.connection.Connection;
import dev.spikelane.description.NetworkDescription;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.io.NirFile;
import dev.spikelane.io.Tensor;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.Neuron;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Writes a network as a NIR graph. Populations become nodes, and the connections of a path become a chain of nodes.
 * Relays disappear, because a NIR node adds its inputs.
 */
final class NirExport {

    private final Network network;
    private final NetworkDescription description;
    private final double dt;
    private final Map<String, NirFile.Graph.Node> nodes = new LinkedHashMap<>();
    private final Set<NirFile.Graph.Edge> edges = new LinkedHashSet<>();
    private final List<String> changes = new ArrayList<>();
    /** Nodes whose sum is a population's output: its node, or the sources of a relay. */
    private final List<Set<String>> ends = new ArrayList<>();

    private final Set<Integer> relays = new HashSet<>();

    NirExport(Network network, double dt) {
        this.network = network;
        this.description = network.laidOut().description();
        this.dt = dt;
    }

    NirModel.Exported graph(Map<String, Projection.Source> outputs) {
        ConnectionForms.requireNoRule(network, "NIR");
        description
                .inputs()
                .forEach(input ->
                        node(plain(input.name()), "Input", Map.of("shape", NirConnection.sizes(input.shape()))));
        for (int i = 0; i < description.populations().size(); i++) {
            if (isRelay(i)) {
                relays.add(i);
                ends.add(new LinkedHashSet<>());
            } else {
                population(i);
                ends.add(new LinkedHashSet<>(
                        Set.of(plain(description.populations().get(i).name()))));
            }
        }
        boolean changed = true;
        Set<Integer> done = new HashSet<>();
        while (changed) {
            changed = false;
            for (int i = 0; i < description.projections().size(); i++) {
                if (!done.contains(i) && isReady(i, done)) {
                    done.add(i);
                    projection(i);
                    changed = true;
                }
            }
        }
        if (done.size() < description.projections().size()) {
            throw new IllegalArgumentException("network has a cycle of relays, expected neurons in it");
        }
        outputs.forEach(this::output);
        changes.add("the time step, " + dt + " s, is not in the file");
        return new NirModel.Exported(new NirFile.Graph(nodes, List.copyOf(edges)), changes);
    }

    private boolean isReady(int number, Set<Integer> done) {
        int source =
                description.projections().get(number).source().ofPopulation().orElse(-1);
        if (!relays.contains(source)) {
            return true;
        }
        for (int i = 0; i < description.projections().size(); i++) {
            if (description.projections().get(i).target() == source && !done.contains(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns true for neurons whose membrane is their current. A population with a late edge stays a node, because
     * others may read it too.
     */
    private boolean isRelay(int population) {
        if (!description.populations().get(population).neuron().equals(NirNodes.RELAY)) {
            return false;
        }
        return description.projections().stream()
                .noneMatch(each -> each.target() == population && each.path().isEmpty() && isLate(each));
    }

    private void population(int number) {
        String name = description.populations().get(number).name();
        Shape shape = description.populations().get(number).shape();
        boolean spikes = false;
        boolean membranes = false;
        for (ProjectionDescription each : description.projections()) {
            spikes |= each.source().equals(new SourceDescription.OfSpikes(number));
            membranes |=
                    each.source() instanceof SourceDescription.OfVariable variable && variable.population() == number;
        }
        Neuron neuron = description.populations().get(number).neuron();
        NirNeuron declared = NeuronForms.of(neuron)
                .nir()
                .apply(new NirNeuron.Values(
                        name, neuron, parameter -> present(name, parameter, neuron), dt, new ArrayList<>()));
        if (membranes && declared.fires() || spikes && !declared.fires()) {
            throw new IllegalArgumentException("population '" + name + "', " + declared.type() + ", sends "
                    + (spikes ? "spikes" : "membranes") + ", expected what nodes of NIR of that type send");
        }
        Map<String, Tensor> values = new LinkedHashMap<>();
        declared.parameters().forEach((key, numbers) -> values.put(key, NirConnection.numbers(key, shape, numbers)));
        String node = plain(name);
        node(node, declared.type(), values);
        changes.addAll(declared.changes());
        if (declared.selfWeights().length > 0) {
            String self = free(name + ".V");
            nodes.put(self, NirConnection.scale(shape, declared.selfWeights()));
            edges.add(new NirFile.Graph.Edge(node, self));
            edges.add(new NirFile.Graph.Edge(self, node));
        }
    }

    private Parameter present(String population, String parameter, Neuron neuron) {
        String full = population + "." + parameter;
        return network.weights().names().contains(full)
                ? Parameter.of(network.weights().get(full).toArray())
                : Objects.requireNonNull(neuron.parameters().get(parameter));
    }

    private void projection(int number) {
        ProjectionDescription declared = description.projections().get(number);
        Set<String> from = declared.source().ofPopulation().isPresent()
                ? ends.get(declared.source().ofPopulation().getAsInt())
                : Set.of(plain(description.nameOf(declared.source())));
        Shape shape = description.shapeOf(declared.source());
        int delay = declared.delay() - (isLate(declared) ? 1 : 0);
        if (delay < 0) {
            changes.add(
                    "order of events: '" + declared.name() + "' is in a cycle, in which NIR's readers take one step");
            delay = 0;
        }
        if (delay > 0) {
            String name = free(declared.name() + ".delay");
            node(name, "Delay", Map.of("delay", NirConnection.numbers("delay", shape, delay * dt)));
            from = joined(from, name);
        }
        List<OperatorDescription> operators = description.operators(number);
        String[] parts = declared.name().split(" ", -1);
        for (int i = 0; i < declared.path().size(); i++) {
            int place = i;
            String owner = operators.stream()
                    .filter(each -> each.place() == place)
                    .map(OperatorDescription::owner)
                    .findFirst()
                    .orElse("");
            Connection connection = declared.path().get(i);
            String plain = declared.path().size() == 1 ? declared.name() : declared.name() + "." + i;
            String name = free(parts.length == declared.path().size() ? parts[i] : plain);
            NirConnection node = new NirConnection(network.weights(), name, connection, shape, owner, changes);
            nodes.put(name, ConnectionForms.of(connection).nir().apply(node));
            from = joined(from, name);
            shape = connection.outputShape(shape);
        }
        arrive(declared, from);
    }

    /** Adds edges. NIR ignores a second edge between two nodes, so it passes through a scale of 1. */
    private void arrive(ProjectionDescription declared, Set<String> from) {
        Set<String> targets = ends.get(declared.target());
        Shape shape = description.populations().get(declared.target()).shape();
        String target = plain(description.populations().get(declared.target()).name());
        for (String each : from) {
            boolean relay = relays.contains(declared.target());
            boolean again = relay ? targets.contains(each) : edges.contains(new NirFile.Graph.Edge(each, target));
            String end = again ? free(each + ".again") : each;
            if (again) {
                nodes.put(end, NirConnection.scale(shape, 1));
                edges.add(new NirFile.Graph.Edge(each, end));
            }
            if (relay) {
                targets.add(end);
            } else {
                edges.add(new NirFile.Graph.Edge(end, target));
            }
        }
    }

    private Set<String> joined(Set<String> from, String to) {
        from.forEach(each -> edges.add(new NirFile.Graph.Edge(each, to)));
        return Set.of(to);
    }

    /** Returns true if readers delay a projection because it is part of a cycle. */
    private boolean isLate(ProjectionDescription declared) {
        int source = declared.source().ofPopulation().orElse(-1);
        if (source < 0 || description.populations().get(source).neuron().equals(NirNodes.RELAY)) {
            return false;
        }
        Set<Integer> reached = new HashSet<>();
        List<Integer> open = new ArrayList<>(List.of(declared.target()));
        while (!open.isEmpty()) {
            int next = open.removeLast();
            if (reached.add(next)) {
                description.projections().stream()
                        .filter(each -> each.source().ofPopulation().orElse(-1) == next)
                        .forEach(each -> open.add(each.target()));
            }
        }
        return reached.contains(source);
    }

    private void output(String name, Projection.Source source) {
        Set<String> from = source.ofPopulation()
                .map(population -> {
                    for (int i = 0; i < ends.size(); i++) {
                        if (description.populations().get(i).name().equals(population.name())) {
                            return ends.get(i);
                        }
                    }
                    throw new IllegalArgumentException("there is no population '" + population.name() + "'");
                })
                .orElse(Set.of(plain(source.name())));
        String node = free(name);
        node(node, "Output", Map.of("shape", NirConnection.sizes(source.shape())));
        joined(from, node);
    }

    private void node(String name, String type, Map<String, Tensor> values) {
        nodes.put(name, NirFile.Graph.Node.of(type, values));
    }

    /** Replaces slashes, which HDF5 treats as nested groups. */
    private static String plain(String name) {
        return name.replace('/', '.');
    }

    private String free(String wanted) {
        String name = plain(wanted);
        for (int i = 2; nodes.containsKey(name); i++) {
            name = plain(wanted) + "." + i;
        }
        return name;
    }
}

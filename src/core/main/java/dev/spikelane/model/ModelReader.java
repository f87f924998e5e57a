package dev.spikelane.model;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.kind.ConnectionKind;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.description.PathWalk;
import dev.spikelane.io.Tensors;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.Neuron;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Builds a network from a file's description and tensors. */
final class ModelReader {

    private static final Set<String> NETWORK = Set.of("version", "inputs", "populations", "projections");
    private static final Set<String> PACKED_NETWORK =
            Set.of("version", "inputs", "populations", "projections", PackedItems.PACKED);
    private static final Set<String> INPUT = Set.of("name", "shape");
    private static final Set<String> POPULATION = Set.of("name", "shape", "neuron");
    private static final Set<String> PROJECTION =
            Set.of("name", "source", "variable", "target", "port", "delay", "plastic", "rule", "path");

    private final String name;
    private final ModelTensors tensors;
    private final NetworkBuilder builder = Network.builder().mixedTimeSteps();
    private final Map<String, Projection.Source> sources = new LinkedHashMap<>();
    private final Map<String, Population> populations = new LinkedHashMap<>();
    private final JsonValue root;
    private final boolean integers;

    private long neurons;

    ModelReader(String name, Tensors file, boolean integers) throws IOException {
        this.name = name;
        this.integers = integers;
        String text = file.metadata().get(ModelFormat.DESCRIPTION);
        if (text == null) {
            throw new IOException(name + ": its metadata have no '" + ModelFormat.DESCRIPTION
                    + "', expected the description of a network; without it this is no model file, but tensors alone"
                    + " (a state_dict): StateDict.read reads them onto a network");
        }
        this.root = JsonValue.parse(name + ": its metadata '" + ModelFormat.DESCRIPTION + "'", text);
        long version = root.member("version").integer(1, Integer.MAX_VALUE);
        if (version > ModelFormat.PACKED_VERSION) {
            throw new IOException(name + ": has version " + version + " of the format, expected at most "
                    + ModelFormat.PACKED_VERSION + "; a newer Spikelane wrote it");
        }
        boolean packs = version == ModelFormat.PACKED_VERSION;
        root.requireOnly(packs ? PACKED_NETWORK : NETWORK);
        this.tensors = new ModelTensors(
                name, file, packs ? root.member(PackedItems.PACKED).members() : Map.of());
    }

    Network network() throws IOException {
        for (JsonValue input : root.member("inputs").items()) {
            refused(input, () -> input(input));
        }
        for (JsonValue population : root.member("populations").items()) {
            refused(population, () -> population(population));
        }
        for (JsonValue projection : root.member("projections").items()) {
            refused(projection, () -> projection(projection));
        }
        try {
            Network network = builder.build();
            tensors.restore(network);
            return network;
        } catch (IllegalArgumentException | IllegalStateException | OutOfMemoryError refused) {
            throw new IOException(name + ": " + refused.getMessage(), refused);
        }
    }

    private interface Part {
        void read() throws IOException;
    }

    /** Reports an exception of a constructor as an error of the file. */
    private static void refused(JsonValue part, Part reading) throws IOException {
        try {
            reading.read();
        } catch (IllegalArgumentException | IllegalStateException | OutOfMemoryError refused) {
            IOException named = part.unexpected("what a network can have: " + refused.getMessage());
            named.initCause(refused);
            throw named;
        }
    }

    private void input(JsonValue input) throws IOException {
        input.requireOnly(INPUT);
        String own = input.member("name").text();
        sources.put(own, builder.input(own, shape(input.member("shape"))));
    }

    private void population(JsonValue value) throws IOException {
        value.requireOnly(POPULATION);
        String own = value.member("name").text();
        Shape shape = shape(value.member("shape"));
        Neuron neuron = new NeuronReader(value.member("neuron"), own, tensors, integers).neuron();
        Population population = builder.population(own, shape, neuron);
        NeuronWriter.requireWindow(own, shape.size(), neuron);
        sources.put(own, population);
        populations.put(own, population);
    }

    private Shape shape(JsonValue value) throws IOException {
        List<JsonValue> sizes = value.items();
        if (sizes.isEmpty() || sizes.size() > 3) {
            throw value.unexpected("one size, two: channels, length, or three: channels, height, width");
        }
        int[] each = new int[sizes.size()];
        long size = 1;
        for (int i = 0; i < each.length; i++) {
            each[i] = (int) sizes.get(i).integer(1, ModelFormat.MOST_NEURONS);
            size = Math.min(size * each[i], Integer.MAX_VALUE);
        }
        neurons += size;
        if (neurons > ModelFormat.MOST_NEURONS) {
            throw value.unexpected("at most " + ModelFormat.MOST_NEURONS + " inputs and neurons in all");
        }
        return switch (each.length) {
            case 1 -> Shape.of(each[0]);
            case 2 -> Shape.of(each[0], each[1]);
            default -> Shape.of(each[0], each[1], each[2]);
        };
    }

    private void projection(JsonValue value) throws IOException {
        value.requireOnly(PROJECTION);
        String own = value.member("name").text();
        Projection.Source source = find(sources, value.member("source"), "an input or a population");
        Population target = find(populations, value.member("target"), "a population");
        if (value.members().containsKey("variable")) {
            Population population = find(populations, value.member("source"), "a population");
            source = population.variable(value.member("variable").text());
        }
        builder.project(
                        own,
                        source,
                        target,
                        path(own, source, value.member("path").items()))
                .port(value.member("port").text())
                .delay((int) value.member("delay").integer(0, ModelFormat.MOST_DELAY));
        if (value.member("plastic").truth()) {
            builder.plastic();
        }
        if (value.members().containsKey("rule")) {
            if (!value.member("plastic").truth()) {
                throw value.member("plastic").unexpected("true, as there is a rule");
            }
            builder.plastic(rule(value.member("rule")));
        }
    }

    private static Plasticity rule(JsonValue declared) throws IOException {
        declared.requireOnly(Set.of("text", "parameters"));
        Map<String, Double> parameters = new LinkedHashMap<>();
        for (Map.Entry<String, JsonValue> each :
                declared.member("parameters").members().entrySet()) {
            parameters.put(each.getKey(), (double) each.getValue().number());
        }
        return Plasticity.of(declared.member("text").text()).with(parameters);
    }

    private static <T> T find(Map<String, T> known, JsonValue value, String what) throws IOException {
        T found = known.get(value.text());
        if (found == null) {
            throw value.unexpected("the name of " + what);
        }
        return found;
    }

    private Connection[] path(String projection, Projection.Source source, List<JsonValue> steps) throws IOException {
        List<ConnectionKind<Connection>> kinds = new ArrayList<>();
        for (JsonValue step : steps) {
            kinds.add(ConnectionKinds.named(step.member("type")));
        }
        PathWalk walk = new PathWalk(projection, source.shape(), kinds);
        Connection[] path = new Connection[steps.size()];
        for (int i = 0; i < path.length; i++) {
            path[i] = kinds.get(i).read(steps.get(i), tensors.of(walk.owner(), integers));
            walk.pass(path[i]);
        }
        return path;
    }
}

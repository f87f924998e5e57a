package dev.spikelane.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.ThresholdAndReset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A network of a case's layers, with their names.
 *
 * @param output the last population
 */
record GoldenNetwork(Network network, String output) {

    static GoldenNetwork of(GoldenCase golden) {
        JsonNode layers = golden.parameters().path("layers");
        NetworkBuilder builder = Network.builder();
        Projection.Source source = builder.input("x", input(golden, layers.get(0)));
        Shape shape = source.shape();
        List<Connection> path = new ArrayList<>();
        String projection = "";
        for (JsonNode layer : layers) {
            String name = layer.path("name").asText();
            Connection connection = connection(golden, layer);
            if (connection != null) {
                path.add(connection);
                shape = connection.outputShape(shape);
                projection = connection instanceof Dense || connection instanceof Convolution ? name : projection;
            } else if (!path.isEmpty()) {
                Population population = builder.population(name, shape, neuron(golden, layer, shape.size()));
                builder.project(projection, source, population, path.toArray(Connection[]::new));
                path.clear();
                source = population;
            }
        }
        return new GoldenNetwork(builder.build(), source.name());
    }

    /** Conv2d, BatchNorm2d, MaxPool2d, Leaky, Conv2d, AvgPool2d, Leaky, Flatten, Linear, Leaky. */
    static Network layers(GoldenCase golden) {
        NetworkBuilder builder = Network.builder();
        List<Integer> x = golden.shape("x");
        Input input = builder.input("x", Shape.of(x.get(2), x.get(3), x.get(4)));
        JsonNode options = golden.parameters();
        Convolution conv1 = GoldenConvolution.of(golden, options.path("conv1"), "conv1_weight", "conv1_bias");
        Shape maps = Pool.max(2).outputShape(conv1.outputShape(input.shape()));
        Population p1 = builder.population("p1", maps, new Leaky(0.8));
        builder.project("conv1", input, p1, conv1, BatchNorm.of(conv1.outputs()), Pool.max(2));
        Convolution conv2 = GoldenConvolution.of(golden, options.path("conv2"), "conv2_weight", "conv2_bias");
        Shape pooled = Pool.average(2).outputShape(conv2.outputShape(maps));
        Population p2 = builder.population("p2", pooled, new Leaky(0.6));
        builder.project("conv2", p1, p2, conv2, Pool.average(2));
        Dense fc = dense(golden, "fc");
        Population p3 = builder.population("p3", Shape.of(fc.outputs()), new Leaky(0.9));
        builder.project("fc", p2, p3, new Flatten(), fc);
        Network network = builder.build();
        for (String value : List.of("weight", "bias")) {
            network.weights()
                    .replace(valueName(network, "conv1", 1, value), FloatMatrix.vector(golden.floats("bn_" + value)));
        }
        return network;
    }

    static String valueName(Network network, String projection, int place, String value) {
        String inPath = projection + "." + place + "." + value;
        return network.weights().names().contains(inPath) ? inPath : projection + "." + value;
    }

    private static Shape input(GoldenCase golden, JsonNode first) {
        return first.path("type").asText().equals("Linear")
                ? Shape.of(first.path("in_features").intValue())
                : GoldenConvolution.shape(golden.shape("image"));
    }

    /** Returns the connection of a layer; null for neurons. */
    private static @Nullable Connection connection(GoldenCase golden, JsonNode layer) {
        String name = layer.path("name").asText();
        return switch (layer.path("type").asText()) {
            case "Linear" -> dense(golden, name);
            case "Conv2d" -> GoldenConvolution.of(golden, layer, name + "_weight", name + "_bias");
            case "MaxPool2d" -> Pool.max(layer.path("kernel_size").intValue());
            case "Flatten" -> new Flatten();
            default -> null;
        };
    }

    /** Returns the network of snnTorch's truncated backpropagation: two layers of Leaky, beta 0.8 and 0.7. */
    static Network truncated(GoldenCase golden) {
        NetworkBuilder builder = Network.builder();
        Dense first = dense(golden, "fc1");
        Dense second = dense(golden, "fc2");
        Projection.Source x = builder.input("x", Shape.of(first.inputs()));
        Population hidden = builder.population("lif1", Shape.of(first.outputs()), new Leaky(0.8));
        Population output = builder.population("lif2", Shape.of(second.outputs()), new Leaky(0.7));
        builder.project("fc1", x, hidden, first);
        builder.project("fc2", hidden, output, second);
        return builder.build();
    }

    /** Returns our name of a parameter such as {@code lif1_recurrent_weight}. */
    String name(String golden) {
        int end = golden.indexOf('_');
        String layer = golden.substring(0, end);
        return switch (golden.substring(end + 1)) {
            case "recurrent_weight" -> layer + ".recurrent.weight";
            case "recurrent_bias" -> layer + ".recurrent.bias";
            case "graded_spikes_factor" -> layer + ".gradedSpikesFactor";
            default -> layer + "." + golden.substring(end + 1);
        };
    }

    private static Dense dense(GoldenCase golden, String name) {
        FloatMatrix weights = FloatMatrix.copyOf(
                golden.shape(name + "_weight").getFirst(),
                golden.shape(name + "_weight").getLast(),
                golden.floats(name + "_weight"));
        return golden.hasInput(name + "_bias")
                ? Dense.of(weights, FloatMatrix.vector(golden.floats(name + "_bias")))
                : Dense.of(weights);
    }

    private static Neuron neuron(GoldenCase golden, JsonNode layer, int neurons) {
        return switch (layer.path("type").asText()) {
            case "Leaky" ->
                new Leaky(
                        parameter(golden, layer, "beta", neurons),
                        firing(golden, layer, neurons, Reset.SUBTRACT),
                        has(golden, layer, "graded_spikes_factor")
                                ? parameter(golden, layer, "graded_spikes_factor", neurons)
                                : Parameter.of(1));
            case "Synaptic" ->
                new Synaptic(
                        parameter(golden, layer, "alpha", neurons),
                        parameter(golden, layer, "beta", neurons),
                        firing(golden, layer, neurons, Reset.SUBTRACT));
            case "Alpha" ->
                new Alpha(
                        parameter(golden, layer, "alpha", neurons),
                        parameter(golden, layer, "beta", neurons),
                        firing(golden, layer, neurons, Reset.ZERO));
            case "Lapicque" ->
                Lapicque.ofBetaAndResistance(parameter(golden, layer, "beta", neurons), Parameter.of(1), 1)
                        .withFiring(firing(golden, layer, neurons, Reset.SUBTRACT));
            case "RLeaky" ->
                new RLeaky(
                        parameter(golden, layer, "beta", neurons),
                        recurrence(golden, layer, neurons),
                        firing(golden, layer, neurons, Reset.SUBTRACT));
            case "RSynaptic" ->
                new RSynaptic(
                        parameter(golden, layer, "alpha", neurons),
                        parameter(golden, layer, "beta", neurons),
                        recurrence(golden, layer, neurons),
                        firing(golden, layer, neurons, Reset.SUBTRACT));
            default ->
                throw new IllegalArgumentException(
                        golden.name() + ": layer " + layer.path("name") + " is a " + layer.path("type"));
        };
    }

    private static ThresholdAndReset firing(GoldenCase golden, JsonNode layer, int neurons, Reset otherwise) {
        ThresholdAndReset firing = ThresholdAndReset.DEFAULT
                .withReset(
                        layer.has("reset_mechanism")
                                ? Reset.valueOf(
                                        layer.path("reset_mechanism").asText().toUpperCase(Locale.ROOT))
                                : otherwise)
                .withDelayedReset(layer.path("reset_delay").asBoolean(true))
                .withInhibition(layer.path("inhibition").asBoolean(false));
        return has(golden, layer, "threshold")
                ? firing.withThreshold(
                        parameter(golden, layer, "threshold", neurons).values())
                : firing;
    }

    private static Recurrence recurrence(GoldenCase golden, JsonNode layer, int neurons) {
        if (!layer.path("recurrent").asText().equals("linear")) {
            return Recurrence.by(new OneToOne(parameter(golden, layer, "V", neurons)));
        }
        String name = layer.path("name").asText();
        FloatMatrix weights = FloatMatrix.copyOf(neurons, neurons, golden.floats(name + "_recurrent_weight"));
        return golden.hasInput(name + "_recurrent_bias")
                ? Recurrence.allToAll(weights, FloatMatrix.vector(golden.floats(name + "_recurrent_bias")))
                : Recurrence.allToAll(weights);
    }

    private static boolean has(GoldenCase golden, JsonNode layer, String parameter) {
        return layer.has(parameter) || golden.hasInput(layer.path("name").asText() + "_" + parameter);
    }

    /** Learned parameters are inputs, with one value or one for each neuron. */
    private static Parameter parameter(GoldenCase golden, JsonNode layer, String parameter, int neurons) {
        if (!layer.has(parameter)) {
            return Parameter.of(golden.floats(layer.path("name").asText() + "_" + parameter));
        }
        return layer.path(parameter).isTextual()
                ? Parameter.of(golden.floatOrArray(layer, parameter, neurons))
                : Parameter.of((float) layer.path(parameter).doubleValue());
    }
}

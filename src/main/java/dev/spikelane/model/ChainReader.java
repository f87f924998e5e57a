package dev.spikelane.model;

import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.Firing;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.Synaptic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes a network of the tensors of layers in a row, by the names that snnTorch gives them. */
final class ChainReader {

    private static final String LINEAR = "Linear";
    /** The models of snnTorch that its tensors and a name tell. */
    static final Set<String> NEURONS = Set.of("Leaky", "Synaptic", "Alpha", "RLeaky", "RSynaptic");

    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final Pattern OWN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final String RECURRENT = "recurrent.";

    private final String file;
    private final Map<String, Tensor> tensors;
    private final @Nullable String said;
    private final boolean ordered;
    /** The tensors of each layer that were read. */
    private final Set<String> read = new LinkedHashSet<>();

    ChainReader(String file, Map<String, Tensor> tensors, @Nullable String said, boolean ordered) {
        this.file = file;
        this.tensors = tensors;
        this.said = said;
        this.ordered = ordered;
    }

    Network network() throws IOException {
        ModelTensors.requireMatrices(file, tensors.values());
        Map<String, String> layers = said == null ? guessed() : told();
        NetworkBuilder builder = null;
        try {
            for (Map.Entry<String, String> each : layers.entrySet()) {
                String layer = each.getKey();
                if (each.getValue().equals(LINEAR)) {
                    Dense dense = dense(layer);
                    builder = builder == null ? Network.builder(dense.inputs()) : builder;
                    builder.connect(dense);
                } else if (builder == null) {
                    throw wrong("its first layer " + JsonValue.quoted(layer) + " is " + each.getValue() + ", expected "
                            + LINEAR);
                } else if (OWN_NAME.matcher(layer).matches()) {
                    builder.neuron(layer, neuron(layer, each.getValue()));
                } else {
                    builder.neuron(neuron(layer, each.getValue()));
                }
            }
            Set<String> others = new LinkedHashSet<>(tensors.keySet());
            others.removeAll(read);
            if (builder == null || !others.isEmpty()) {
                throw wrong("has the tensors " + others + ", expected those of layers in a row, Linear and " + NEURONS
                        + ", alone; build the network, and load them with StateDict.loadInto");
            }
            return builder.build();
        } catch (IllegalArgumentException | IllegalStateException | OutOfMemoryError refused) {
            throw new IOException(FileText.escaped(file + ": " + refused.getMessage()), refused);
        }
    }

    /** The layers with their types in the order of the metadata. */
    private Map<String, String> told() throws IOException {
        Map<String, String> layers = new LinkedHashMap<>();
        List<String[]> modules = new ArrayList<>();
        for (String each : String.valueOf(said).split(",", -1)) {
            String[] parts = each.strip().split(":", -1);
            if (parts.length != 2) {
                throw wrong("its text 'layers' has " + JsonValue.quoted(each) + ", expected name:type");
            }
            modules.add(parts);
        }
        for (String[] parts : modules) {
            boolean inNeuron = layers.entrySet().stream()
                    .anyMatch(other -> NEURONS.contains(other.getValue()) && parts[0].startsWith(other.getKey() + "."));
            boolean around = modules.stream().anyMatch(other -> other[0].startsWith(parts[0] + "."));
            if (parts[1].equals(LINEAR) && !inNeuron || NEURONS.contains(parts[1])) {
                layers.put(parts[0], parts[1]);
            } else if (!inNeuron && !around && !parts[1].equals("Flatten")) {
                throw wrong("its layer " + JsonValue.quoted(parts[0]) + " is " + JsonValue.quoted(parts[1])
                        + ", expected Linear or one of " + NEURONS
                        + "; build the network, and load the tensors with StateDict.loadInto");
            }
        }
        return layers;
    }

    /** The layers with their types as far as their tensors tell them. */
    private Map<String, String> guessed() throws IOException {
        List<String> layers = new ArrayList<>(new LinkedHashSet<>(
                tensors.keySet().stream().map(ChainReader::layer).toList()));
        if (!ordered) {
            sort(layers);
        }
        Map<String, String> types = new LinkedHashMap<>();
        for (String each : layers) {
            types.put(each, type(each));
        }
        return types;
    }

    /** By all numbers in their names, neurons behind the weights of the same; throws where that does not tell it. */
    private void sort(List<String> layers) throws IOException {
        Comparator<String> order = Comparator.<String, int[]>comparing(ChainReader::numbers, Arrays::compare)
                .thenComparing(layer -> !tensors.containsKey(layer + ".weight"));
        layers.sort(order);
        for (int i = 1; i < layers.size(); i++) {
            if (order.compare(layers.get(i - 1), layers.get(i)) == 0) {
                throw wrong("the names of its layers " + JsonValue.quoted(layers.get(i - 1)) + " and "
                        + JsonValue.quoted(layers.get(i))
                        + " do not tell which comes first, expected numbers in them or"
                        + " a text 'layers' in its metadata, see StateDict.network");
            }
        }
    }

    private String type(String layer) throws IOException {
        boolean recurrent = tensors.keySet().stream().anyMatch(name -> name.startsWith(layer + "." + RECURRENT));
        if (tensors.containsKey(layer + ".alpha")) {
            if (recurrent) {
                return "RSynaptic";
            }
            throw wrong(
                    "its layer " + JsonValue.quoted(layer) + " may be Synaptic or Alpha, expected a text 'layers' in"
                            + " its metadata that tells it, see StateDict.network");
        }
        return tensors.containsKey(layer + ".beta") ? recurrent ? "RLeaky" : "Leaky" : LINEAR;
    }

    /** The name of a tensor without its last part; the weights of a recurrence belong to the neurons. */
    private static String layer(String tensor) {
        int end = tensor.lastIndexOf('.');
        String layer = tensor.substring(0, Math.max(0, end));
        return layer.endsWith("." + RECURRENT.replace(".", ""))
                ? layer.substring(0, layer.length() - RECURRENT.length())
                : layer;
    }

    private static int[] numbers(String layer) {
        return NUMBER.matcher(layer)
                .results()
                .mapToInt(number -> Integer.parseInt(number.group()))
                .toArray();
    }

    private Dense dense(String layer) throws IOException {
        Tensor weights = find(layer + ".weight");
        if (weights.shape().size() != 2 || weights.count() == 0) {
            throw wrong(weights + ", expected weights of two dimensions, [outputs, inputs]; build the network, and load"
                    + " the tensors with StateDict.loadInto");
        }
        return tensors.containsKey(layer + ".bias")
                ? Dense.of(matrix(weights), matrix(find(layer + ".bias")))
                : Dense.of(matrix(weights));
    }

    private Neuron neuron(String layer, String type) throws IOException {
        Parameter beta = parameter(layer + ".beta");
        Firing firing = Firing.DEFAULT
                .withThreshold(parameter(layer + ".threshold").values())
                .withReset(reset(layer));
        Parameter graded = tensors.containsKey(layer + ".graded_spikes_factor")
                ? parameter(layer + ".graded_spikes_factor")
                : Parameter.of(1);
        if (!type.equals("Leaky") && !graded.equals(Parameter.of(1))) {
            throw wrong(JsonValue.quoted(layer + ".graded_spikes_factor") + " is not 1, expected that of " + type);
        }
        return switch (type) {
            case "Leaky" -> new Leaky(beta, firing, graded);
            case "Synaptic" -> new Synaptic(parameter(layer + ".alpha"), beta, firing);
            case "Alpha" -> new Alpha(parameter(layer + ".alpha"), beta, firing);
            case "RLeaky" -> new RLeaky(beta, recurrence(layer), firing);
            default -> new RSynaptic(parameter(layer + ".alpha"), beta, recurrence(layer), firing);
        };
    }

    private Reset reset(String layer) throws IOException {
        Tensor reset = find(layer + ".reset_mechanism_val");
        long number = reset.type() == Tensor.Type.I64 && reset.count() == 1 ? Integers.count(reset) : -1;
        return switch (Math.clamp(number, -1, 3)) {
            case 0 -> Reset.SUBTRACT;
            case 1 -> Reset.ZERO;
            case 2 -> Reset.NONE;
            default -> throw wrong(reset + " is " + number + ", expected 0 (subtract), 1 (zero) or 2 (none)");
        };
    }

    private Recurrence recurrence(String layer) throws IOException {
        String owner = layer + "." + RECURRENT;
        return tensors.containsKey(owner + "V")
                ? Recurrence.by(new OneToOne(parameter(owner + "V")))
                : Recurrence.allToAll(matrix(find(owner + "weight")), matrix(find(owner + "bias")));
    }

    private Parameter parameter(String tensor) throws IOException {
        Tensor found = find(tensor);
        if (found.shape().size() > 1 || found.count() == 0) {
            throw wrong(found + ", expected a number, or one for each neuron");
        }
        return Parameter.of(matrix(found).toArray());
    }

    private FloatMatrix matrix(Tensor tensor) throws IOException {
        if (tensor.type() == Tensor.Type.BOOL || tensor.type().name().matches("[IU]\\d+")) {
            throw wrong(tensor + ", expected floats");
        }
        FloatMatrix matrix = tensor.matrix();
        matrix.requireFinite("tensor '" + tensor.name() + "'");
        return matrix;
    }

    private Tensor find(String tensor) throws IOException {
        Tensor found = tensors.get(tensor);
        if (found == null) {
            throw wrong("has no tensor " + JsonValue.quoted(tensor) + ", expected one; it has " + tensors.keySet());
        }
        read.add(tensor);
        return found;
    }

    private IOException wrong(String what) {
        return new IOException(FileText.escaped(file + ": " + what));
    }
}

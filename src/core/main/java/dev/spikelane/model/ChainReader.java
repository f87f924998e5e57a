package dev.spikelane.model;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Pool;
import dev.spikelane.description.NamedValues;
import dev.spikelane.description.NetworkDescription;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.LayerText.Layer;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Builds a chain of layers from tensors with snnTorch's names. */
final class ChainReader {

    private static final String LINEAR = "Linear";
    private static final Set<String> NEURONS = LayerNeurons.NAMES;
    /** Modules of snnTorch with input weights, by a tensor that only they have. */
    private static final Map<String, String> MODULES = Map.of(
            "lstm_cell.weight_ih", "SLSTM",
            "rnn.weight_ih_l0", "LeakyParallel",
            "linear.weight", "LinearLeaky",
            "conv.weight", "SConv2dLSTM");
    /** Modules without effect in inference. */
    private static final Set<String> PASSED_OVER = Set.of("Dropout", "Dropout1d", "Dropout2d", "Identity");

    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final Pattern OPTIMIZER = Pattern.compile("optim\\w*\\.");
    private static final Pattern OWN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final String file;
    private final Map<String, Tensor> tensors;
    private final @Nullable String declared;
    private final boolean ordered;
    private final LayerTensors read;
    private final LayerNeurons neurons;
    private final Deque<Layer> norms = new ArrayDeque<>();
    private @Nullable NetworkBuilder builder;
    /** True if a layer needs values, not spikes. */
    private boolean rectifies;

    private boolean isOpen;
    private @Nullable Shape rows;

    ChainReader(String file, Map<String, Tensor> tensors, @Nullable String declared, boolean ordered) {
        this.file = file;
        this.tensors = tensors;
        this.declared = declared;
        this.ordered = ordered;
        this.read = new LayerTensors(file, tensors);
        this.neurons = new LayerNeurons(read);
    }

    Network network() throws IOException {
        ModelTensors.requireMatrices(file, tensors.values());
        try {
            for (Layer each : declared == null ? tensorLayers() : textLayers(declared)) {
                add(each);
                each.requireAllTaken();
            }
            if (builder == null) {
                throw wrong("has no layer, expected one at least");
            }
            if (rectifies && isOpen) {
                builder.neuron(
                        "out", new Leaky(0f).withThreshold(Float.MAX_VALUE).withReset(Reset.NONE));
            }
            Network network = builder.build();
            giveNorms(network);
            if (!read.unread().isEmpty()) {
                throw wrong("has the tensors " + read.unread() + " besides, expected those of layers in a row alone;"
                        + " say the layers (StateDict.network(layers), --layers), or build the network and load the"
                        + " tensors with StateDict.loadInto");
            }
            return network;
        } catch (IllegalArgumentException | IllegalStateException | OutOfMemoryError refused) {
            throw new IOException(FileText.escaped(file + ": " + refused.getMessage()), refused);
        }
    }

    private void add(Layer layer) throws IOException {
        String type = layer.type();
        if (NEURONS.contains(type)) {
            addNeurons(layer.arguments() == null ? new Layer(layer.name(), type, Map.of()) : layer);
        } else if (PASSED_OVER.contains(type)) {
            layer.forget();
        } else if (type.equals("ReLU")) {
            layer.forget();
            add(begun(layer, null), null, EquationNeuron.relu());
            begun(layer, null).variable("membrane");
            rectifies = true;
        } else {
            connect(layer, connection(layer));
        }
    }

    private void addNeurons(Layer layer) throws IOException {
        Connection inputs = neurons.inputs(layer);
        if (inputs != null) {
            connect(layer, inputs);
        }
        NetworkBuilder chain = begun(layer, null);
        Shape currents = Objects.requireNonNull(rows);
        rows = layer.type().endsWith("LSTM") ? currents.withChannels(currents.channels() / 4) : currents;
        Neuron neuron = neurons.neuron(layer, rows);
        boolean named = OWN_NAME.matcher(layer.name()).matches();
        add(chain, named ? layer.name() : null, neuron);
        Pool pool = neurons.pool(layer);
        if (pool != null) {
            chain.variable("membrane");
            connect(layer, pool);
            add(chain, named ? layer.name() + "_pool" : null, neurons.pooled(layer, rows));
        }
    }

    private void add(NetworkBuilder chain, @Nullable String name, Neuron neuron) {
        isOpen = false;
        if (name == null) {
            chain.neuron(neuron);
        } else {
            chain.neuron(name, neuron);
        }
    }

    private Connection connection(Layer layer) throws IOException {
        return switch (layer.type()) {
            case LINEAR -> read.dense(layer);
            case "Conv1d", "Conv2d", "ConvTranspose2d" -> read.convolution(layer);
            case "BatchNorm1d", "BatchNorm2d" -> {
                norms.add(layer);
                yield read.batchNorm(layer);
            }
            case "MaxPool1d", "MaxPool2d" -> {
                Pool pool = pool(layer, true);
                int[] dilation = layer.pair(3, "dilation", 1, 1);
                boolean ceil = layer.truth(5, "ceil_mode", false);
                pool = pool.withDilation(dilation[0], dilation[1]);
                yield ceil ? pool.withCeil() : pool;
            }
            case "AvgPool1d", "AvgPool2d" -> {
                Pool pool = pool(layer, false);
                requireDeclared(layer, pool);
                pool = layer.truth(3, "ceil_mode", false) ? pool.withCeil() : pool;
                yield layer.truth(4, "count_include_pad", true) ? pool : pool.withoutCountingPadding();
            }
            case "AdaptiveAvgPool1d", "AdaptiveAvgPool2d" -> {
                if (layer.number(0, "output_size", 1) != 1) {
                    throw wrong(layer + " has several outputs, expected output_size=1");
                }
                yield Pool.averageOfAll();
            }
            case "Flatten" -> {
                if (layer.arguments() != null
                        && (layer.number(0, "start_dim", 1) != 1 || layer.number(1, "end_dim", -1) != -1)) {
                    throw wrong(layer + " keeps dimensions, expected that it flattens all but the batch");
                }
                yield new Flatten();
            }
            default ->
                throw wrong("its " + layer + " is none that is read, expected Linear, convolutions, pools, batch norms,"
                        + " Flatten, ReLU or one of " + NEURONS
                        + "; build the network, and load the tensors with StateDict.loadInto");
        };
    }

    /**
     * Requires the options of average pools that torch does not print, if they matter: padding, and windows past the
     * end of a row, change averages.
     */
    private void requireDeclared(Layer layer, Pool pool) throws IOException {
        boolean pads = pool.y().padding() + pool.x().padding() > 0;
        boolean uneven = rows != null
                && (rest(pool.x(), rows.width()) != 0 || rows.rank() == 3 && rest(pool.y(), rows.height()) != 0);
        if (pads && !layer.has(4, "count_include_pad") || uneven && !layer.has(3, "ceil_mode")) {
            throw wrong(layer + " does not say '" + (pads ? "count_include_pad" : "ceil_mode")
                    + "', which torch does not print and which counts here, expected it in the text");
        }
    }

    private static int rest(Pool.Axis axis, int size) {
        return (size + 2 * axis.padding() - axis.size()) % axis.stride();
    }

    private static Pool pool(Layer layer, boolean largest) {
        int[] size = layer.pair(0, "kernel_size", -1, -1);
        int[] stride = layer.pair(1, "stride", size);
        int[] padding = layer.pair(2, "padding", 0, 0);
        return (largest ? Pool.max(size[0], size[1]) : Pool.average(size[0], size[1]))
                .withStride(stride[0], stride[1])
                .withPadding(padding[0], padding[1]);
    }

    /**
     * Adds a connection, and a flatten before it if necessary, because torch's {@code view(batch, -1)} is not in the
     * text.
     */
    private void connect(Layer layer, Connection connection) throws IOException {
        NetworkBuilder chain = begun(layer, connection instanceof Dense dense ? Shape.of(dense.inputs()) : null);
        if (connection instanceof Dense dense && rows != null && rows.rank() > 1 && rows.size() == dense.inputs()) {
            chain.flatten();
            rows = Shape.of(rows.size());
        }
        chain.connect(connection);
        isOpen = true;
        rows = rows == null ? null : connection.outputShape(rows);
    }

    private NetworkBuilder begun(Layer layer, @Nullable Shape otherwise) throws IOException {
        if (builder == null) {
            rows = rows == null ? otherwise : rows;
            if (rows == null) {
                throw wrong("its first " + layer + " does not tell the shape of the input, expected one before it, such"
                        + " as 1x28x28");
            }
            builder = Network.builder(rows);
        }
        return builder;
    }

    /** Sets the values of batch norms, which the network owns. */
    private void giveNorms(Network network) throws IOException {
        Map<String, FloatMatrix> values = new LinkedHashMap<>();
        NetworkDescription description = network.laidOut().description();
        for (int i = 0; i < description.projections().size(); i++) {
            for (OperatorDescription operator : description.operators(i)) {
                if (operator.connection() instanceof BatchNorm) {
                    giveNorm(network, norms.removeFirst(), operator, values);
                }
            }
        }
        network.weights().replaceAll(values);
    }

    private void giveNorm(Network network, Layer layer, OperatorDescription operator, Map<String, FloatMatrix> values)
            throws IOException {
        for (NamedValues each : operator.values()) {
            Tensor found = read.value(layer, each.declared().name());
            if (each.declared().type() == ElementType.INT64) {
                network.weights().replace(each.name(), Math.max(0, Integers.count(found)));
            } else {
                values.put(each.name(), read.matrix(found));
            }
        }
    }

    /** Returns the layers of a text. Unnamed layers take the names of the file in order. */
    private List<Layer> textLayers(String text) throws IOException {
        LayerText parsed = new LayerText(text, NEURONS);
        rows = parsed.input();
        List<Layer> layers = new ArrayList<>();
        Deque<String> names = null;
        for (Layer each : parsed.layers()) {
            boolean inNeuron = layers.stream()
                    .anyMatch(other -> NEURONS.contains(other.type())
                            && !other.name().isEmpty()
                            && each.name().startsWith(other.name() + "."));
            boolean around = !each.name().isEmpty()
                    && parsed.layers().stream().anyMatch(other -> other.name().startsWith(each.name() + "."));
            if (inNeuron || around && !NEURONS.contains(each.type())) {
                continue;
            }
            Layer layer = each;
            if (each.name().isEmpty() && hasTensors(each.type())) {
                names = names == null ? unnamed(parsed.layers()) : names;
                if (names.isEmpty()) {
                    throw wrong("has no tensors for its " + each);
                }
                layer = new Layer(names.removeFirst(), each.type(), each.arguments());
            }
            layers.add(layer);
        }
        return layers;
    }

    private static boolean hasTensors(String type) {
        return NEURONS.contains(type) || type.equals(LINEAR) || type.startsWith("Conv") || type.startsWith("BatchNorm");
    }

    private Deque<String> unnamed(List<Layer> layers) throws IOException {
        Deque<String> names = new ArrayDeque<>(names());
        layers.forEach(each -> names.remove(each.name()));
        return names;
    }

    /** Returns the layers and the types that the tensors imply. */
    private List<Layer> tensorLayers() throws IOException {
        List<Layer> layers = new ArrayList<>();
        for (String each : names()) {
            layers.add(new Layer(each, type(each), null));
        }
        return layers;
    }

    private List<String> names() throws IOException {
        if (tensors.keySet().stream().anyMatch(each -> OPTIMIZER.matcher(each).lookingAt())) {
            throw wrong("is a checkpoint with the parts "
                    + tensors.keySet().stream()
                            .map(each -> each.replaceFirst("\\..*", ""))
                            .distinct()
                            .toList()
                    + ", expected that of the model alone: StateDict.part(name), --part NAME");
        }
        List<String> layers = new ArrayList<>(
                new LinkedHashSet<>(tensors.keySet().stream().map(this::layer).toList()));
        if (!ordered) {
            sort(layers);
        }
        return layers;
    }

    /**
     * Sorts by the first part of the names that differs, as numbers if both are numbers. If only the last part differs,
     * neurons follow the weights with their number. Throws if the order is ambiguous.
     */
    private void sort(List<String> layers) throws IOException {
        layers.sort(this::compare);
        for (int i = 1; i < layers.size(); i++) {
            if (compare(layers.get(i - 1), layers.get(i)) == 0) {
                throw wrong("the names of its layers " + JsonValue.quoted(layers.get(i - 1)) + " and "
                        + JsonValue.quoted(layers.get(i)) + " do not tell which comes first, expected numbers in them"
                        + " or a text that says the layers (StateDict.network(layers), --layers)");
            }
        }
    }

    private int compare(String first, String second) {
        String[] parts = first.split("\\.", -1);
        String[] others = second.split("\\.", -1);
        int same = Math.max(0, Arrays.mismatch(parts, others));
        if (same == Math.min(parts.length, others.length)) {
            return 0;
        }
        int[] numbers = numbers(parts[same]);
        int[] otherNumbers = numbers(others[same]);
        int order = numbers.length == otherNumbers.length ? Arrays.compare(numbers, otherNumbers) : 0;
        boolean last = same == parts.length - 1 && same == others.length - 1;
        boolean weights = tensors.containsKey(first + ".weight");
        if (order != 0 || !last || numbers.length != otherNumbers.length || hasInputs(first) || hasInputs(second)) {
            return order;
        }
        return Boolean.compare(tensors.containsKey(second + ".weight"), weights);
    }

    private boolean hasInputs(String layer) {
        return MODULES.keySet().stream().anyMatch(each -> isPart(layer, each));
    }

    /** Returns true if a layer of neurons has this tensor. */
    private boolean isPart(String layer, String tensor) {
        return tensors.containsKey(layer + "." + tensor) && tensors.containsKey(layer + ".threshold");
    }

    private String type(String layer) throws IOException {
        boolean recurrent =
                tensors.keySet().stream().anyMatch(name -> name.startsWith(layer + "." + LayerTensors.RECURRENT))
                        || tensors.containsKey(layer + LayerTensors.OWN_WEIGHTS);
        for (Map.Entry<String, String> each : MODULES.entrySet()) {
            if (isPart(layer, each.getKey())) {
                return each.getValue();
            }
        }
        if (tensors.containsKey(layer + LayerTensors.TIME_STEP)) {
            return "Lapicque";
        }
        if (tensors.containsKey(layer + LayerNeurons.TAU)) {
            return "StateLeaky";
        }
        if (tensors.containsKey(layer + ".alpha")) {
            if (recurrent) {
                return "RSynaptic";
            }
            throw wrong("its layer " + JsonValue.quoted(layer) + " may be Synaptic or Alpha, expected a text that"
                    + " says the layers (StateDict.network(layers), --layers)");
        }
        return tensors.containsKey(layer + ".beta") ? recurrent ? "RLeaky" : "Leaky" : LINEAR;
    }

    /** Returns the layer of a tensor: its name without the last part, or the neurons that contain this layer. */
    private String layer(String tensor) {
        String layer = tensor.substring(0, Math.max(0, tensor.lastIndexOf('.')));
        String outer = layer.substring(0, Math.max(0, layer.lastIndexOf('.')));
        return tensors.containsKey(outer + ".threshold") ? outer : layer;
    }

    private static int[] numbers(String layer) {
        return NUMBER.matcher(layer)
                .results()
                .mapToInt(number -> Integer.parseInt(number.group()))
                .toArray();
    }

    private IOException wrong(String what) {
        return new IOException(FileText.escaped(file + ": " + what));
    }
}

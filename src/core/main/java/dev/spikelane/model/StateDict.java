package dev.spikelane.model;

import dev.spikelane.io.NirFile;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A {@code state_dict} of torch: tensors by name, such as {@code fc1.weight}, {@code lif1.beta} or
 * {@code bn1.running_mean}, from a file of safetensors, NumPy ({@code .npz}) or {@code torch.save} ({@code .pth}).
 *
 * <pre>{@code
 * StateDict state = StateDict.read(Path.of("net.pth")).withPrefix("model.", ""); // model.fc1.weight becomes fc1.weight
 * System.out.println(state.compare(network)); // missing, left over, or of another shape
 * state.loadInto(network); // all of it, or nothing
 * }</pre>
 *
 * <p>Tensors have the names of {@linkplain Network#weights the network's values}, with snnTorch's spelling of
 * parameters ({@code lif1.graded_spikes_factor}). In a projection with several connections, the first may have the
 * projection's name ({@code fc1.weight} for {@code fc1.0.weight}), and a batch norm in {@code fc1} or {@code conv1} the
 * name {@code bn1}; one-to-one weights may be {@code lif1.recurrent.V}.
 *
 * <p>Shapes have to be equal: nothing is transposed, reshaped or rounded. A parameter of neurons may be one number for
 * all. Other options in a file are compared with the network's: {@code reset_mechanism_val}, and
 * {@code graded_spikes_factor}, which must be 1 for a model without one.
 */
public final class StateDict {

    private static final String LAYERS = "layers";

    private final String name;
    private final boolean ordered;
    private final Map<String, String> metadata;
    private final List<String> warnings;
    private final Map<String, Tensor> tensors;

    private StateDict(
            String name,
            boolean ordered,
            Map<String, String> metadata,
            List<String> warnings,
            Map<String, Tensor> tensors) {
        this.name = name;
        this.ordered = ordered;
        this.metadata = metadata;
        this.warnings = List.copyOf(warnings);
        this.tensors = tensors;
    }

    /**
     * The result of a comparison of tensors with a network.
     *
     * @param missing names of the network's values without a tensor
     * @param leftOver names of tensors without a value in the network
     * @param different a sentence for each value whose tensor has a wrong shape, type or meaning, or invalid numbers
     */
    public record Fit(List<String> missing, List<String> leftOver, List<String> different) {

        /** Copies the lists. */
        public Fit {
            missing = List.copyOf(missing);
            leftOver = List.copyOf(leftOver);
            different = List.copyOf(different);
        }

        /**
         * Returns true if nothing is missing, left over or different.
         *
         * @return true if all tensors match
         */
        public boolean isWhole() {
            return missing.isEmpty() && leftOver.isEmpty() && different.isEmpty();
        }

        @Override
        public String toString() {
            return isWhole()
                    ? "all tensors fit"
                    : Stream.of(
                                    missing.isEmpty() ? "" : "missing are " + missing,
                                    leftOver.isEmpty() ? "" : "left over are " + leftOver,
                                    String.join("; ", different))
                            .filter(text -> !text.isEmpty())
                            .collect(Collectors.joining("; "));
        }
    }

    /**
     * Reads a file with at most 512 MiB of garbage-collected memory.
     *
     * @param file a file of safetensors, NumPy ({@code .npz}) or {@code torch.save}
     * @return its tensors
     * @throws IOException as {@link Tensors#read(Path)} does
     */
    public static StateDict read(Path file) throws IOException {
        return of(file.toString(), Tensors.read(file));
    }

    /**
     * Reads a file as {@link #read(Path)} does, with another limit.
     *
     * @param file the file
     * @param mostBytes the limit of the load, in bytes
     * @return its tensors
     * @throws IOException as {@link Tensors#read(Path)} does
     */
    public static StateDict read(Path file, long mostBytes) throws IOException {
        return of(file.toString(), Tensors.read(file, mostBytes));
    }

    /**
     * Returns the tensors of a file.
     *
     * @param name the name of the tensors in error messages
     * @param file the content of the file
     * @return its tensors
     */
    public static StateDict of(String name, Tensors file) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(file, "file");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        file.tensors().forEach(each -> tensors.put(each.name(), each));
        // The safetensors library sorts tensors; other formats have torch's order of layers.
        return new StateDict(
                name, file.format() != Tensors.Format.SAFETENSORS, file.metadata(), file.warnings(), tensors);
    }

    /**
     * Returns the parameters of a graph's nodes, such as {@code fc.weight} of the node {@code fc}.
     *
     * @param name the name of the tensors in error messages
     * @param graph the graph; nodes of inner graphs have joined names, {@code rnn.lif.tau}
     * @return its numbers
     */
    public static StateDict of(String name, NirFile.Graph graph) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(graph, "graph");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        collect("", graph, tensors);
        return new StateDict(name, true, Map.of(), List.of(), tensors);
    }

    private static void collect(String prefix, NirFile.Graph graph, Map<String, Tensor> into) {
        graph.nodes().forEach((key, node) -> {
            String owner = prefix + key + ".";
            node.values().forEach((name, tensor) -> {
                String full = owner + name;
                into.put(full, Tensor.of(full, tensor.type(), tensor.shape(), tensor.bytes()));
            });
            collect(owner, node.graph(), into);
        });
    }

    /**
     * Returns a network's values with snnTorch's names, and the other buffers of its {@code load_state_dict}:
     * {@code reset_mechanism_val} and {@code graded_spikes_factor}.
     *
     * @param network the network with its current values
     * @return its tensors
     * @throws IllegalArgumentException as {@link ModelFile#toBytes(Network)} does
     */
    public static StateDict of(Network network) {
        Objects.requireNonNull(network, "network");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Tensor each :
                new ModelWriter(network, false).content(false, Map.of()).tensors()) {
            tensors.put(each.name(), each);
        }
        // Torch's order: projections to a population, then its own values, then its reset.
        tensors.keySet().stream()
                .filter(each -> each.endsWith(StateDictMatch.RESET))
                .toList()
                .forEach(each -> tensors.put(each, tensors.remove(each)));
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        for (Population each : network.populations()) {
            network.projections().stream()
                    .filter(projection -> projection.target().equals(each))
                    .forEach(projection -> move(projection.name(), tensors, ordered));
            move(each.name(), tensors, ordered);
        }
        return new StateDict("network", true, Map.of(), List.of(), ordered);
    }

    private static void move(String layer, Map<String, Tensor> tensors, Map<String, Tensor> ordered) {
        tensors.forEach((name, tensor) -> {
            if (name.startsWith(layer + ".")) {
                ordered.put(name, tensor);
            }
        });
        tensors.keySet().removeAll(ordered.keySet());
    }

    /**
     * Renames all tensors with a prefix.
     *
     * @param from the prefix, such as {@code model.} or {@code 0.}
     * @param to its replacement, such as an empty text or {@code fc1.}
     * @return the renamed tensors
     * @throws IllegalArgumentException if no name has the prefix, or two tensors would have one name
     */
    public StateDict withPrefix(String from, String to) {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        boolean found = false;
        for (Map.Entry<String, Tensor> each : tensors.entrySet()) {
            boolean starts = each.getKey().startsWith(from);
            String changed = starts ? to + each.getKey().substring(from.length()) : each.getKey();
            found |= starts;
            Tensor tensor = each.getValue();
            if (renamed.put(changed, Tensor.of(changed, tensor.type(), tensor.shape(), tensor.bytes())) != null) {
                throw new IllegalArgumentException("two tensors would have the name " + JsonValue.quoted(changed)
                        + ", expected another prefix than " + JsonValue.quoted(to));
            }
        }
        if (!found) {
            throw new IllegalArgumentException("no tensor has a name that starts with " + JsonValue.quoted(from)
                    + ", expected one of " + FileText.shown(tensors.keySet()));
        }
        Map<String, String> texts = new LinkedHashMap<>(metadata);
        texts.computeIfPresent(LAYERS, (_, layers) -> LayerText.renamed(layers, from, to));
        return new StateDict(name, ordered, texts, warnings, renamed);
    }

    /**
     * Returns a part of a checkpoint.
     *
     * @param part the name of a dictionary, such as {@code model} of {@code {"model": ..., "optimizer": ...}};
     *     {@code state.model} for a nested one
     * @return its tensors, with their names in the dictionary
     * @throws IllegalArgumentException if no tensor is in such a dictionary
     */
    public StateDict part(String part) {
        Map<String, Tensor> inside = new LinkedHashMap<>(tensors);
        inside.keySet().removeIf(each -> !each.startsWith(part + "."));
        if (inside.isEmpty()) {
            throw new IllegalArgumentException("there is no part " + JsonValue.quoted(part) + ", expected one of "
                    + FileText.shown(tensors.keySet().stream()
                            .map(each -> each.replaceFirst("\\..*", ""))
                            .distinct()
                            .toList()));
        }
        return new StateDict(name, ordered, metadata, warnings, inside).withPrefix(part + ".", "");
    }

    /**
     * Rounds tensors of float64 to float32, which are refused otherwise unless all numbers are exact. {@link #warnings}
     * reports how many numbers changed, and by how much.
     *
     * @return these tensors without float64
     */
    public StateDict rounded() {
        Map<String, Tensor> rounded = new LinkedHashMap<>();
        List<String> declared = new ArrayList<>(warnings);
        tensors.forEach((key, tensor) -> {
            rounded.put(key, tensor.rounded());
            if (tensor.type() == Tensor.Type.F64) {
                declared.add(name + ": " + Integers.roundings(tensor));
            }
        });
        return new StateDict(name, ordered, metadata, declared, rounded);
    }

    /**
     * Returns the warnings of {@link Tensors#warnings}, and of {@link #rounded}.
     *
     * @return sentences that start with the file's name
     */
    public List<String> warnings() {
        return warnings;
    }

    /**
     * Returns the names of the tensors.
     *
     * @return names, in the order of the file
     */
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    /**
     * Returns the tensors.
     *
     * @return tensors in the order of the file
     */
    public List<Tensor> tensors() {
        return List.copyOf(tensors.values());
    }

    /**
     * Returns the texts of the file.
     *
     * @return texts by name
     */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * Compares the tensors with a network.
     *
     * @param network the network
     * @return the tensors that are missing, left over or different
     */
    public Fit compare(Network network) {
        return match(network).fit();
    }

    /**
     * Sets all values of a network from the tensors, or none of them.
     *
     * @param network the network; no simulation of it is running
     * @throws IOException if the tensors do not {@linkplain Fit#isWhole match completely}, or a value is not allowed;
     *     the message lists all differences
     */
    public void loadInto(Network network) throws IOException {
        StateDictMatch match = match(network);
        if (!match.fit().isWhole()) {
            throw new IOException(FileText.escaped(name + ": does not fit the network: " + match.fit()));
        }
        apply(match, network);
    }

    /**
     * Sets the values of a network that have a matching tensor, as torch does with {@code strict=False}; other values
     * do not change.
     *
     * @param network the network; no simulation of it is running
     * @return the differences
     * @throws IOException if a value is not allowed; nothing changes then
     */
    public Fit loadMatching(Network network) throws IOException {
        StateDictMatch match = match(network);
        apply(match, network);
        return match.fit();
    }

    private StateDictMatch match(Network network) {
        return new StateDictMatch(Objects.requireNonNull(network, "network"), tensors);
    }

    private void apply(StateDictMatch match, Network network) throws IOException {
        try {
            Map<String, FloatMatrix> values = match.values();
            network.weights().replaceAll(values);
            match.counts().forEach(network.weights()::replace);
        } catch (IllegalArgumentException refused) {
            throw new IOException(FileText.escaped(name + ": " + refused.getMessage()), refused);
        }
    }

    /**
     * Creates a network of a chain of layers. The order is the order of the file, or for safetensors, which sorts, of
     * the numbers in names. If the metadata have a text {@code layers}, it describes them, as in {@link
     * #network(String)}. Otherwise layers are {@code Linear}, {@code Leaky}, {@code Lapicque}, {@code RLeaky},
     * {@code RSynaptic}, {@code SLSTM}, {@code LeakyParallel}, {@code StateLeaky} and {@code LinearLeaky}, the only
     * kinds that tensors reveal.
     *
     * <pre>{@code
     * save_file(net.state_dict(), "net.safetensors", {"layers": str(net)})
     * }</pre>
     *
     * @return a network with these values
     * @throws IOException if the tensors do not belong to such layers, or a value is not allowed
     */
    public Network network() throws IOException {
        return new ChainReader(name, tensors, metadata.get(LAYERS), ordered).network();
    }

    /**
     * Creates a network of a chain of layers from a text: torch's print of a network whose modules run in the order of
     * their declaration, or a text like it.
     *
     * <pre>{@code
     * state.network("1x28x28, conv1: Conv2d(1, 12, 5), MaxPool2d(2), lif1: Leaky, fc1: Linear, lif2: Leaky");
     * }</pre>
     *
     * <p>The shape of the input comes first, unless the first layer is {@code Linear}, {@code SLSTM},
     * {@code LeakyParallel} or {@code LinearLeaky}. Layers are {@code Linear}, {@code Conv1d}, {@code Conv2d},
     * {@code ConvTranspose2d}, {@code BatchNorm1d} and {@code 2d}, {@code MaxPool}, {@code AvgPool} and {@code
     * AdaptiveAvgPool} (of 1), {@code Flatten}, {@code Dropout}, {@code ReLU}, whose network has no time until it is
     * {@linkplain Network#spiking converted}, and snnTorch's neurons, with its defaults for options that are not in the
     * text: {@code Leaky}, {@code Synaptic}, {@code Alpha}, {@code Lapicque}, {@code RLeaky}, {@code RSynaptic},
     * {@code SLSTM}, {@code SConv2dLSTM}, {@code LeakyParallel}, {@code StateLeaky}, {@code LinearLeaky} and {@code
     * DeltaLeaky}. Arguments are torch's, by place or by name. Arguments that the tensors imply are optional; unknown
     * arguments are refused. A layer without a name takes the next tensors of the file. {@code Flatten} before
     * {@code Linear} is optional, because a {@code view} is not a module.
     *
     * @param layers the text
     * @return a network with these values
     * @throws IOException if the text or the tensors do not describe such layers, or a value is not allowed
     */
    public Network network(String layers) throws IOException {
        return new ChainReader(name, tensors, Objects.requireNonNull(layers, "layers"), ordered).network();
    }

    @Override
    public String toString() {
        return "StateDict " + tensors.values();
    }
}
